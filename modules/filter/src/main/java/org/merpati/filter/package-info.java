/**
 * The verdict on a message: checks that each say what they found, its score and why. Sub-packages: {@code lists}, who
 * is allowed and denied; {@code dns}, what name servers say of a sender; {@code auth}, what a sender has proved;
 * {@code virus}, what is dangerous to open; {@code text}, a message as content rules look at it; {@code rules},
 * SpamAssassin's rules and how they run; {@code regex}, how their expressions are searched for; {@code bayes}, what was
 * learned from mail.
 */
@NullMarked
package org.merpati.filter;

import org.jspecify.annotations.NullMarked;

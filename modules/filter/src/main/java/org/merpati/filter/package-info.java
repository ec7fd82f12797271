/**
 * The verdict on a message: checks that each say what they found, its score and why. Sub-packages: {@code lists}, who
 * is allowed and denied; {@code dns}, what name servers say of a sender; {@code auth}, what a sender has proved;
 * {@code sums}, what others have reported; {@code virus}, what is dangerous to open.
 */
@NullMarked
package org.merpati.filter;

import org.jspecify.annotations.NullMarked;

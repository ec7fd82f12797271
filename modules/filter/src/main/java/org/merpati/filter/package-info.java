/** The verdict on a message: checks that each say what they found, its score and why. */
@NullMarked
package org.merpati.filter;

import org.jspecify.annotations.NullMarked;

/** Learning from mail: what a message's tokens are, how often each was seen in ham and in spam, and what that says. */
@NullMarked
package org.merpati.filter.bayes;

import org.jspecify.annotations.NullMarked;

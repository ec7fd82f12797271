/** Tests of the mailbox role. */
@NullMarked
package org.merpati.mailbox;

import org.jspecify.annotations.NullMarked;

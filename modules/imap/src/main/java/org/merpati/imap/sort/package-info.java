/** The order of messages, and the conversations among them. */
@NullMarked
package org.merpati.imap.sort;

import org.jspecify.annotations.NullMarked;

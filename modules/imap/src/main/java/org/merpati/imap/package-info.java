/** IMAP: grammar, one file per command, and a session's view of a mailbox. */
@NullMarked
package org.merpati.imap;

import org.jspecify.annotations.NullMarked;

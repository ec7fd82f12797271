/**
 * IMAP: one file per command, and a session's view of a mailbox. In {@code text} are the words that it is written in,
 * in {@code fetch} what is told of a message, in {@code sort} orders and conversations, in {@code people} who reaches
 * whose mailboxes.
 */
@NullMarked
package org.merpati.imap;

import org.jspecify.annotations.NullMarked;

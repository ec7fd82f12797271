/** What is remembered between two commands: of a client, and of the mailboxes that clients have seen. */
@NullMarked
package org.merpati.imap.state;

import org.jspecify.annotations.NullMarked;

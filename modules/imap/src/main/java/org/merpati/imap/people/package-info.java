/** Who may log in, whose mailboxes they reach by which names, and what they may do with them (RFC 4314). */
@NullMarked
package org.merpati.imap.people;

import org.jspecify.annotations.NullMarked;

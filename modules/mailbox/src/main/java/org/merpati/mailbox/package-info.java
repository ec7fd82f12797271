/** The mailbox role: LMTP delivery into the shards that this node leads, and IMAP over them. */
@NullMarked
package org.merpati.mailbox;

import org.jspecify.annotations.NullMarked;

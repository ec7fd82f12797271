/** Mailboxes: append, flags, expunge, change feed, delivery ids. */
@NullMarked
package org.merpati.store;

import org.jspecify.annotations.NullMarked;

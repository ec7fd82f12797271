package org.merpati.store.search;

import org.merpati.kernel.MailboxId;

/** A message that was found. */
public record Hit(MailboxId mailbox, long uid) {}

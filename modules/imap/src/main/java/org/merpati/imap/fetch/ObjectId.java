package org.merpati.imap.fetch;

import org.merpati.kernel.MailboxId;
import org.merpati.store.Message;

/** Ids as clients see them (RFC 8474 §7): a letter for what they name, then the id. */
public final class ObjectId {
    private ObjectId() {}

    public static String of(MailboxId mailbox) {
        return "F" + mailbox;
    }

    /** The message through all its copies. */
    public static String email(Message message) {
        return "M" + message.mail();
    }

    /** The conversation. */
    public static String thread(Message message) {
        return "T" + message.thread();
    }
}

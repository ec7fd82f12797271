package org.merpati.store.people;

import java.util.List;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.MailboxId;
import org.merpati.store.FlagChange;

/**
 * Told of what people do with their messages, once it is done, on the thread that did it; it must not hold that up.
 * What a node did just before it died may not be told.
 */
public interface Handling {
    /** Who is not interested. */
    Handling NOBODY = new Handling() {
        @Override
        public void put(AccountId account, MailboxId from, MailboxId to, List<Long> uids) {
            // Not interested.
        }

        @Override
        public void flagged(AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change) {
            // Not interested.
        }
    };

    /**
     * Messages were copied or moved.
     *
     * @param uids where they are now
     */
    void put(AccountId account, MailboxId from, MailboxId to, List<Long> uids);

    /** Flags of messages were changed. */
    void flagged(AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change);
}

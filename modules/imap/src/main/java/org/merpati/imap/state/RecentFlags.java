package org.merpati.imap.state;

import java.util.LinkedHashMap;
import java.util.Map;
import org.merpati.kernel.MailboxId;
import org.merpati.store.View;

/**
 * Which messages no session has been told of yet ({@code \Recent}, RFC 3501 §2.3.2). It lives in memory: SELECT writes
 * nothing. Of a mailbox not seen here before, what came after this registry began is recent.
 */
public final class RecentFlags {
    private final long since;
    private final Map<MailboxId, Long> told;

    /**
     * @param since when the registry began, UTC milliseconds
     * @param limit for how many mailboxes it remembers
     */
    public RecentFlags(long since, int limit) {
        this.since = since;
        this.told = new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<MailboxId, Long> eldest) {
                return size() > limit;
            }
        };
    }

    /** The UID up to which messages are not recent. */
    public synchronized long upTo(MailboxId mailbox, View view) {
        Long known = told.get(mailbox);
        return known == null ? first(mailbox, view) : known;
    }

    /** The UID up to which messages are not recent; from now on the view's messages are not. */
    public synchronized long claim(MailboxId mailbox, View view) {
        long from = upTo(mailbox, view);
        if (view.size() > 0) {
            told.put(mailbox, Math.max(from, view.message(view.size() - 1).uid()));
        }
        return from;
    }

    private long first(MailboxId mailbox, View view) {
        int place = view.size();
        while (place > 0 && view.message(place - 1).savedDate() >= since) {
            place--;
        }
        long upTo = place == 0 ? 0 : view.message(place - 1).uid();
        told.put(mailbox, upTo);
        return upTo;
    }
}

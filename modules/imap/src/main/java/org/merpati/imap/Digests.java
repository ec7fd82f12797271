package org.merpati.imap;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.sort.Digest;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;

/** Digests of messages, kept for the mailboxes that were sorted last; what they are made from never changes. */
final class Digests {
    /** How many are kept in all. */
    private static final int LIMIT = 50_000;

    private record Box(MailboxId id, long uidValidity) {}

    private final Map<Box, Map<Long, Digest>> boxes = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * The digests of the messages behind numbers, at the same places; of one that was expunged meanwhile an empty one.
     */
    Digest[] of(Selected view, int[] numbers) {
        Map<Long, Digest> known = box(view.view().mailbox());
        Digest[] digests = new Digest[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            digests[i] = of(view.message(numbers[i]), known);
        }
        evict();
        return digests;
    }

    private static Digest of(@Nullable Message message, Map<Long, Digest> known) {
        if (message == null) {
            return Digest.GONE;
        }
        Digest digest = known.get(message.uid());
        if (digest == null) {
            try {
                digest = Digest.of(message);
            } catch (Refused expunged) {
                return Digest.GONE;
            }
            if (known.size() < LIMIT) {
                known.put(message.uid(), digest);
            }
        }
        return digest;
    }

    private synchronized Map<Long, Digest> box(Mailbox mailbox) {
        return boxes.computeIfAbsent(new Box(mailbox.id(), mailbox.uidValidity()), box -> new ConcurrentHashMap<>());
    }

    /** Lets go of the mailboxes that were asked for longest ago. */
    private synchronized void evict() {
        long size = boxes.values().stream().mapToLong(Map::size).sum();
        Iterator<Map<Long, Digest>> oldest = boxes.values().iterator();
        while (size > LIMIT && oldest.hasNext()) {
            size -= oldest.next().size();
            oldest.remove();
        }
    }
}

package org.merpati.dev;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What clients were told: for each message whether it was acknowledged, where it must be, and with which flags. */
public final class Ledger {
    /** What is known of a message. */
    public enum State {
        /** Acknowledged: it must be there. */
        ACKED,
        /** Acknowledged as removed: it must not be there. */
        GONE,
        /** The answer was lost: it may be there or not, and in either of two states. */
        UNKNOWN
    }

    /**
     * A message.
     *
     * @param uid 0 where the client does not know it (SMTP)
     * @param flags those that must be set
     */
    public record Fact(
            String account, String mailbox, long uid, java.util.Set<String> flags, State state, boolean everUnknown) {}

    private final Map<String, Fact> facts = new ConcurrentHashMap<>();
    private final Map<String, List<Long>> acks = new ConcurrentHashMap<>();

    /** Notes what is known of a message now. */
    public void put(String id, Fact fact) {
        facts.put(id, fact);
    }

    /** What is known of a message that was noted. */
    public Fact get(String id) {
        Fact fact = facts.get(id);
        if (fact == null) {
            throw new IllegalStateException("no fact of " + id);
        }
        return fact;
    }

    /** Notes that an answer about a message was lost. */
    public void unknown(String id) {
        facts.computeIfPresent(
                id, (k, f) -> new Fact(f.account(), f.mailbox(), f.uid(), f.flags(), State.UNKNOWN, true));
    }

    /** Everything that is known, by Message-ID. */
    public Map<String, Fact> all() {
        return new TreeMap<>(facts);
    }

    /** Notes an acknowledgement now, for the measure of outages. */
    public void ack(String kind) {
        List<Long> times = acks.computeIfAbsent(kind, k -> java.util.Collections.synchronizedList(new ArrayList<>()));
        times.add(System.nanoTime());
    }

    /** How many acknowledgements of a kind there were. */
    public int count(String kind) {
        return acks.getOrDefault(kind, List.of()).size();
    }

    /** The longest time without an acknowledgement of a kind since an instant, milliseconds. */
    public long longestGapMillis(String kind, long sinceNanos) {
        List<Long> times = acks.getOrDefault(kind, List.of());
        long longest = 0;
        long last = sinceNanos;
        synchronized (times) {
            for (long time : times) {
                if (time > sinceNanos) {
                    longest = Math.max(longest, time - last);
                    last = time;
                }
            }
        }
        return Math.max(longest, System.nanoTime() - last) / 1_000_000;
    }
}

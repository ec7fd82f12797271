package org.merpati.mta;

import java.time.Duration;

/**
 * When a deferred recipient is tried again, and for how long.
 *
 * @param first the first wait; each following one is twice as long
 * @param last the longest wait
 * @param inside the longest wait for a mailbox node of ours that does not answer
 * @param giveUp how long a mail is tried
 * @param dot how long an attempt to another host is left alone after a take-over: its final dot may be under way
 */
public record Retry(Duration first, Duration last, Duration inside, Duration giveUp, Duration dot) {
    private static final int DOUBLINGS = 30;

    /** The waits of a configuration. */
    public static Retry of(Duration first, Duration last, Duration giveUp) {
        return new Retry(first, last, Duration.ofSeconds(15), giveUp, Duration.ofMinutes(10));
    }

    /** The wait after an attempt, in milliseconds. */
    long waitMillis(int attempts, boolean own) {
        long limit = own ? Math.min(last.toMillis(), inside.toMillis()) : last.toMillis();
        long wait = first.toMillis() << Math.min(attempts, DOUBLINGS);
        return Math.max(1, Math.min(wait, limit));
    }
}

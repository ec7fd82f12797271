package org.merpati.store.search;

import java.time.Duration;

/**
 * What an index may cost.
 *
 * @param bufferMegabytes memory for what is not written to a file yet
 * @param backlog how many changed mailboxes are noted; beyond that all are looked at
 * @param octets a larger message is not read: it is always scanned
 * @param characters a message with more in its header or its text is always scanned, and people find it by as many
 * @param slice how many messages of a mailbox are taken in a row
 * @param refresh the shortest time between two turns of taking in what came, and the longest that one takes
 * @param calm while nobody searches: the time between two turns that each took in all that there was, and between two
 *     times at which what was taken in is shown to searches
 * @param commit how often it is made durable
 * @param retry how long a failed index is left alone before it is made anew
 */
public record SearchLimits(
        int bufferMegabytes,
        int backlog,
        int octets,
        int characters,
        int slice,
        Duration refresh,
        Duration calm,
        Duration commit,
        Duration retry) {
    /** The limits of a running node. */
    public static final SearchLimits DEFAULT = new SearchLimits(
            16,
            10_000,
            32 << 20,
            256 << 10,
            64,
            Duration.ofMillis(700),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofSeconds(10));
}

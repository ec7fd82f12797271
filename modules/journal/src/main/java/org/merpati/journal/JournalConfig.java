package org.merpati.journal;

import java.time.Duration;

/**
 * What a node's groups are run with.
 *
 * @param electionMin the shortest time without a leader's sign of life before a voter stands for election
 * @param electionMax the longest such time
 * @param submitLimit how long a caller waits for the answer to its command
 * @param batchOctets the most octets of commands in one entry
 * @param batchCommands the most commands in one entry
 * @param pendingOctets the most octets of commands that wait for their entry; more are refused
 * @param pendingCommands the most commands that wait for their entry; more are refused
 * @param checkpointOctets a checkpoint is begun after this many octets of applied entries
 * @param segmentOctets the size of a file of the log
 * @param logMargin how many entries the log keeps behind a checkpoint, so that a short absence needs no files
 * @param logBound the most octets that a group's log is to have on a voter, about three days of mail: a witness keeps
 *     all of it while a data node is away
 */
public record JournalConfig(
        Duration electionMin,
        Duration electionMax,
        Duration submitLimit,
        int batchOctets,
        int batchCommands,
        int pendingOctets,
        int pendingCommands,
        long checkpointOctets,
        long segmentOctets,
        int logMargin,
        long logBound) {
    private static final int KIB = 1024;
    /** How long the engine answers a barrier by its own lease, as a part of the shortest election time-out. */
    static final double ENGINE_LEASE = 0.4;

    public JournalConfig {
        if (electionMin.compareTo(Duration.ofMillis(50)) < 0 || electionMax.compareTo(electionMin) < 0) {
            throw new IllegalArgumentException("election time-outs are at least 50 ms, and the longest is not below"
                    + " the shortest; got " + electionMin + " and " + electionMax);
        }
        if (batchOctets < Journal.COMMAND_LIMIT || batchOctets > 960 * KIB) {
            throw new IllegalArgumentException(
                    "a batch has " + Journal.COMMAND_LIMIT + " to " + 960 * KIB + " octets, not " + batchOctets);
        }
        if (pendingOctets < batchOctets || pendingCommands < 1 || batchCommands < 1 || logMargin < 1) {
            throw new IllegalArgumentException("the limits of what is pending hold at least one batch");
        }
    }

    /** What a node runs with unless it is told otherwise. */
    public static JournalConfig standard() {
        return new JournalConfig(
                Duration.ofSeconds(1),
                Duration.ofMillis(1300),
                Duration.ofSeconds(10),
                960 * KIB,
                512,
                16 * KIB * KIB,
                8192,
                64L * KIB * KIB,
                8L * KIB * KIB,
                128,
                16L * KIB * KIB * KIB);
    }

    /** The same with other election time-outs. */
    public JournalConfig withElection(Duration min, Duration max) {
        return new JournalConfig(
                min,
                max,
                submitLimit,
                batchOctets,
                batchCommands,
                pendingOctets,
                pendingCommands,
                checkpointOctets,
                segmentOctets,
                logMargin,
                logBound);
    }

    /** The same with another limit for callers. */
    public JournalConfig withSubmitLimit(Duration limit) {
        return new JournalConfig(
                electionMin,
                electionMax,
                limit,
                batchOctets,
                batchCommands,
                pendingOctets,
                pendingCommands,
                checkpointOctets,
                segmentOctets,
                logMargin,
                logBound);
    }

    /** The same with another size of checkpoints and of the log's files. */
    public JournalConfig withLog(long checkpoint, long segment, int margin) {
        return new JournalConfig(
                electionMin,
                electionMax,
                submitLimit,
                batchOctets,
                batchCommands,
                pendingOctets,
                pendingCommands,
                checkpoint,
                segment,
                margin,
                logBound);
    }

    /** The same with another bound of a log. */
    public JournalConfig withLogBound(long octets) {
        return new JournalConfig(
                electionMin,
                electionMax,
                submitLimit,
                batchOctets,
                batchCommands,
                pendingOctets,
                pendingCommands,
                checkpointOctets,
                segmentOctets,
                logMargin,
                octets);
    }

    /**
     * The longest that a deposed leader may go on giving answers under its lease: a barrier may begin at the end of the
     * engine's lease, and vouches for half the shortest election time-out from there.
     */
    public Duration staleness() {
        return lease().plusNanos((long) (electionMin.toNanos() * ENGINE_LEASE));
    }

    /** How long a barrier vouches for the leadership: half the shortest election time-out. */
    Duration lease() {
        return electionMin.dividedBy(2);
    }
}

package org.merpati.journal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.merpati.kernel.Clock;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/**
 * Lets a group with a witness go on with the copy of its leader alone while the other data node is away: the log says
 * in that node's name that it needs nothing any more which the leader's checkpoint holds, so the witness drops it
 * (replication.md §2). No vote changes.
 */
final class SingleCopy {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();

    private final RatisJournal journal;
    private final Clock clock;

    SingleCopy(RatisJournal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * The data nodes that do not answer, on the leader.
     *
     * @param present all other voters that do
     * @throws Refused if there is none, or no witness that keeps a log for it
     */
    List<NodeName> away(NodeName self, List<NodeName> present) {
        if (journal.spec().witness().isEmpty()) {
            throw new Refused(Refused.Reason.CANNOT, "group " + journal.group() + " has no witness that keeps a log");
        }
        List<NodeName> away = journal.spec().dataNodes().stream()
                .filter(node -> !node.equals(self) && !present.contains(node))
                .toList();
        if (away.isEmpty()) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "no copy of group " + journal.group() + " is away: its witness drops by itself what all have");
        }
        return away;
    }

    /**
     * Has the witness drop what a new checkpoint of this copy, the leader's, holds.
     *
     * @throws TryLater if none is made in time; nothing is dropped then
     */
    void without(List<NodeName> away, DataReplica copy) {
        long before = copy.checkpointed();
        long end = clock.nanos() + LIMIT.toNanos();
        boolean due = copy.octetsSinceCheckpoint() > 0;
        while (due && copy.checkpointed() == before) {
            if (copy.halted() || clock.nanos() - end > 0) {
                throw new TryLater("no checkpoint of group " + journal.group() + " was made here within "
                        + LIMIT.toMinutes() + " min");
            }
            journal.checkpoint();
            LockSupport.parkNanos(LOOK_NANOS);
        }
        away.forEach(node -> journal.report(node, copy.checkpointed()));
    }
}

package org.merpati.journal;

import java.util.function.ObjLongConsumer;
import org.merpati.cluster.GroupSpec;
import org.merpati.kernel.Clock;
import org.merpati.kernel.NodeName;

/**
 * Sees to it that the log of a group with a witness holds this data node's last checkpoint, so that the witness may
 * forget what is in it: tells the leader until the report comes back through the log.
 */
final class Reports {
    private final GroupSpec spec;
    private final Clock clock;
    private final long repeatNanos;
    private final ObjLongConsumer<NodeName> tell;
    private volatile long sent;
    private volatile long sentNanos;

    /**
     * @param repeatNanos when a report that did not come back is sent again
     * @param tell tells a leader the index of a checkpoint
     */
    Reports(GroupSpec spec, Clock clock, long repeatNanos, ObjLongConsumer<NodeName> tell) {
        this.spec = spec;
        this.clock = clock;
        this.repeatNanos = repeatNanos;
        this.tell = tell;
    }

    /** Tells the leader of this copy's checkpoint if that is due. */
    void look(DataReplica data, Leadership now) {
        long finished = data.checkpointed();
        boolean under = finished == sent && clock.nanos() - sentNanos < repeatNanos;
        if (spec.witness().isPresent()
                && finished > data.reported()
                && !under
                && now.leader().isPresent()) {
            sent = finished;
            sentNanos = clock.nanos();
            tell.accept(now.leader().get(), finished);
        }
    }

    /** Begins anew. */
    void forget() {
        sent = 0;
    }
}

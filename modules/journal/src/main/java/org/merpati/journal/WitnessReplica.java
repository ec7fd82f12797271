package org.merpati.journal;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.GroupSpec;
import org.merpati.kernel.NodeName;

/**
 * A copy without data: it votes and keeps the log until every data node has reported a checkpoint beyond it. The only
 * entries it understands are that report and the group's feature level.
 */
final class WitnessReplica extends Replica {
    private final GroupSpec spec;
    private volatile long durableFloor;
    private volatile boolean floorMoved;

    WitnessReplica(GroupSpec spec, ReplicaRecord record, int margin, Events events) {
        super(record, margin, events);
        this.spec = spec;
        this.durableFloor = record.floor(spec.dataNodes());
        resume();
    }

    @Override
    long checkpointed() {
        return durableFloor;
    }

    @Override
    String holder() {
        NodeName last = record.least(spec.dataNodes());
        return "node " + last + " has reported no checkpoint beyond entry " + record.floor(List.of(last))
                + "; start it; if that cannot be soon, see 'merpati shard single " + spec.name() + "'";
    }

    /** Whether more of the log can be dropped than at the last purge. */
    boolean purgeable() {
        return floorMoved;
    }

    @Override
    void apply(long index, byte[] form, Batcher.@Nullable InFlight batch) throws IOException {
        if (form.length > 0 && Entry.isOwn(form[0])) {
            switch (Entry.decode(form)) {
                case Entry.Checkpointed report -> {
                    record.reported(report.node(), report.index());
                    floorMoved = record.floor(spec.dataNodes()) > durableFloor;
                }
                case Entry.Level raised -> record.raise(raised.release());
                case Entry.Batch others -> throw new IllegalStateException("a batch is not the journal's own");
            }
        }
        if (batch != null) {
            batch.answer(List.of());
        }
    }

    @Override
    public long takeSnapshot() throws IOException {
        long floor = record.floor(spec.dataNodes());
        if (floor > getLastAppliedTermIndex().getIndex()) {
            return -1;
        }
        record.forgetBefore(floor);
        record.save();
        durableFloor = floor;
        floorMoved = false;
        return purgeable(floor);
    }

    /**
     * The leader has dropped what this witness lacks: every such entry is in the checkpoint or the log of a majority
     * without the witness, so it goes on behind the first entry that the leader still has. Ratis asks everyone who
     * joins; where the leader has dropped nothing, the log is sent from its beginning.
     */
    @Override
    public CompletableFuture<@Nullable TermIndex> notifyInstallSnapshotFromLeader(
            RoleInfoProto role, TermIndex firstInLog) {
        if (firstInLog.getIndex() == 0) {
            return CompletableFuture.completedFuture(null);
        }
        try {
            record.skip(firstInLog.getTerm(), firstInLog.getIndex());
            durableFloor = record.floor(spec.dataNodes());
            return CompletableFuture.completedFuture(firstInLog);
        } catch (IOException e) {
            events.failed("the witness's record cannot be written: " + e.getMessage());
            return CompletableFuture.failedFuture(e);
        }
    }
}

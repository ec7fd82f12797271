package org.merpati.journal;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a group as Ratis sees it. Ratis logs and passes over an apply that fails; here nothing more is applied
 * then and the group is left. (Ratis' own way, an exception in its applying thread, spins for ever if the group is
 * being closed at that moment.)
 */
abstract sealed class Replica extends BaseStateMachine permits DataReplica, WitnessReplica {
    /** Who wants to know what happens to a copy. */
    interface Events {
        /** Leader or readiness changed. */
        void leadershipMoved();

        /** The copy stopped for good, and why, in words for people. */
        void failed(String why);
    }

    final ReplicaRecord record;
    final Events events;

    private final int margin;
    private volatile boolean halted;
    private volatile long droppedTo;

    Replica(ReplicaRecord record, int margin, Events events) {
        this.record = record;
        this.margin = margin;
        this.events = events;
    }

    /**
     * Up to where the log may be dropped: a margin behind the checkpoint, because the border itself is needed. Below
     * zero if there is nothing new to drop: Ratis closes a group whose checkpoints go back.
     */
    final long purgeable(long checkpoint) {
        if (checkpoint - margin <= droppedTo) {
            return -1;
        }
        droppedTo = checkpoint - margin;
        return droppedTo;
    }

    /** Whether something failed, so that nothing may be applied or checkpointed any more. */
    final boolean halted() {
        return halted;
    }

    /** The index of the last entry that the log need not hold for this copy; 0 if there is none. */
    abstract long checkpointed();

    /** What keeps the log from being purged further, in words for people. */
    abstract String holder();

    /** Applies the form of one entry; answers go to the batch if it was made here. */
    abstract void apply(long index, byte[] form, Batcher.@Nullable InFlight batch) throws IOException;

    private @Nullable TermIndex checkpoint() {
        long index = checkpointed();
        return index <= 0 ? null : TermIndex.valueOf(record.termOf(index), index);
    }

    /** Begins where the checkpoint ends. */
    final void resume() {
        TermIndex checkpoint = checkpoint();
        droppedTo = checkpoint == null ? 0 : checkpoint.getIndex();
        setLastAppliedTermIndex(checkpoint == null ? TermIndex.INITIAL_VALUE : checkpoint);
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        getLifeCycle().startAndTransition(this::resume);
    }

    @Override
    public void pause() {
        getLifeCycle().transition(org.apache.ratis.util.LifeCycle.State.PAUSING);
        getLifeCycle().transition(org.apache.ratis.util.LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() {
        getLifeCycle().startAndTransition(this::resume);
    }

    @Override
    @SuppressWarnings("NullAway") // Ratis takes null for "none"
    public SnapshotInfo getLatestSnapshot() {
        TermIndex checkpoint = checkpoint();
        return checkpoint == null ? null : new FileListSnapshotInfo(List.of(), checkpoint);
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        return TransactionContext.newBuilder()
                .setStateMachine(this)
                .setClientRequest(request)
                .setStateMachineContext(request.getMessage())
                .build();
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        if (halted) {
            return CompletableFuture.failedFuture(new IllegalStateException("this copy has failed"));
        }
        try {
            record.entry(entry.getTerm(), entry.getIndex());
            Batcher.InFlight batch =
                    transaction.getStateMachineContext() instanceof Batcher.InFlight made ? made : null;
            apply(entry.getIndex(), entry.getStateMachineLogEntry().getLogData().toByteArray(), batch);
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(Message.EMPTY);
        } catch (Exception | Error e) {
            halted = true;
            events.failed("entry " + entry.getIndex() + " was not applied: " + e);
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        if (halted) {
            return;
        }
        try {
            record.entry(term, index);
        } catch (IOException e) {
            halted = true;
            events.failed("the replica's record cannot be written: " + e.getMessage());
            return;
        }
        if (index > getLastAppliedTermIndex().getIndex()) {
            super.notifyTermIndexUpdated(term, index);
        }
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        events.leadershipMoved();
    }

    @Override
    public void notifyLeaderReady() {
        events.leadershipMoved();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipMoved();
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        events.failed("the log cannot be written: " + cause.getMessage());
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean all) {
        events.failed("the engine closed the group");
    }
}

package org.merpati.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.merpati.journal.level.Levels;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;

/** A copy with data: hands every command to the owner's state machine. */
final class DataReplica extends Replica {
    /** Where a copy that lacks too much gets a checkpoint from. */
    @FunctionalInterface
    interface Source {
        /**
         * Installs a checkpoint at or above an index; the future ends when all of its files were verified and made the
         * state, or with null when there is none now.
         */
        CompletableFuture<@Nullable TermIndex> install(DataReplica into, long needed);
    }

    private final NodeName self;
    private final StateMachine state;
    private final Source source;
    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong reported = new AtomicLong();
    private volatile long installedNanos;

    DataReplica(NodeName self, StateMachine state, ReplicaRecord record, int margin, Events events, Source source) {
        super(record, margin, events);
        this.self = self;
        this.state = state;
        this.source = source;
        resume();
    }

    /** The state machine of the group's owner. */
    StateMachine state() {
        return state;
    }

    /** What is answered to a command that the group's feature level does not allow yet, if it does not. */
    Optional<Refused> tooEarly(byte[] command, Levels levels) {
        int needed = state.levelOf(command);
        int level = record.raised().level();
        return needed <= level ? Optional.empty() : Optional.of(levels.tooEarly(level, needed));
    }

    /** Octets of entries that were applied since the last checkpoint was begun. */
    long octetsSinceCheckpoint() {
        return octets.get();
    }

    /** The highest checkpoint of this node that the log has a report of, since this copy was opened. */
    long reported() {
        return reported.get();
    }

    @Override
    long checkpointed() {
        return state.checkpointed();
    }

    @Override
    String holder() {
        return "the last checkpoint here ends at entry " + checkpointed();
    }

    @Override
    synchronized void apply(long index, byte[] form, Batcher.@Nullable InFlight batch) throws IOException {
        if (index <= checkpointed()) {
            return;
        }
        switch (Entry.decode(form)) {
            case Entry.Batch entry -> {
                record.time(entry.millis());
                List<byte[]> answers = new ArrayList<>(entry.commands().size());
                for (byte[] command : entry.commands()) {
                    answers.add(state.apply(index, entry.millis(), command));
                }
                if (batch != null) {
                    batch.answer(answers);
                }
            }
            case Entry.Checkpointed report -> {
                if (report.node().equals(self)) {
                    reported.accumulateAndGet(report.index(), Math::max);
                }
                if (batch != null) {
                    batch.answer(List.of());
                }
            }
            case Entry.Level raised -> {
                record.raise(raised.release());
                if (batch != null) {
                    batch.answer(List.of());
                }
            }
        }
        state.entryApplied(index);
        octets.addAndGet(form.length);
    }

    @Override
    public long takeSnapshot() {
        octets.set(0);
        if (halted()) {
            return -1;
        }
        try {
            record.save();
            long finished = state.checkpoint();
            record.forgetBefore(finished);
            return purgeable(finished);
        } catch (IOException | RuntimeException e) {
            events.failed("a checkpoint failed: " + e.getMessage());
            return -1;
        }
    }

    @Override
    public CompletableFuture<@Nullable TermIndex> notifyInstallSnapshotFromLeader(
            RoleInfoProto role, TermIndex firstInLog) {
        return source.install(this, firstInLog.getIndex());
    }

    /**
     * Makes an installation the state of this copy, between two entries.
     *
     * @throws IOException if it cannot; the old state then stays
     */
    synchronized void commit(StateMachine.Installation installation, CheckpointOffer offer, long nanos)
            throws IOException {
        record.installed(offer);
        installation.commit();
        octets.set(0);
        installedNanos = nanos == 0 ? 1 : nanos;
    }

    @Override
    public void reinitialize() {
        installedNanos = 0;
        super.reinitialize();
    }

    /** When a checkpoint was installed that Ratis has not taken note of, on the monotonic clock; 0 if none. */
    long installedNanos() {
        return installedNanos;
    }
}

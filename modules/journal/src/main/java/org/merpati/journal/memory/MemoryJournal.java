package org.merpati.journal.memory;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.merpati.journal.Announcer;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalStatus;
import org.merpati.journal.Leadership;
import org.merpati.journal.StateMachine;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One copy of a group in memory. */
final class MemoryJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryJournal.class);

    private static final long CHECKPOINT_OCTETS = 64L * 1024 * 1024;

    private final NodeName node;
    private final Release release;
    private final MemoryGroup group;
    private final @Nullable StateMachine state;
    private final Clock clock;
    private final Runnable onClose;
    private final Announcer announcer;
    private long octets;
    private volatile long applied;
    private volatile boolean closed;
    private volatile @Nullable String failure;

    MemoryJournal(
            NodeName node,
            Release release,
            MemoryGroup group,
            @Nullable StateMachine state,
            Clock clock,
            Runnable onClose) {
        this.node = node;
        this.release = release;
        this.group = group;
        this.state = state;
        this.clock = clock;
        this.onClose = onClose;
        this.announcer = new Announcer(group.spec().name().value());
    }

    NodeName node() {
        return node;
    }

    Release release() {
        return release;
    }

    /** Takes no part in the group. */
    void refuse(String why) {
        failure = why;
        LOG.error("group {} is not opened on node {}: {}", group(), node, why);
    }

    /** The state machine, if this copy has data and is sound. */
    Optional<StateMachine> state() {
        return failure == null ? Optional.ofNullable(state) : Optional.empty();
    }

    /** Notes that everything up to the index has been applied. */
    void caughtUp(long index) {
        applied = index;
    }

    void announce(Leadership leadership) {
        announcer.announce(leadership);
    }

    TryLater notLeading() {
        Leadership now = leadership();
        String sentence = "group " + group() + " cannot answer on node " + node + ": "
                + (failure != null ? "its copy has failed" : "it does not lead");
        return now.leader()
                .filter(leader -> !leader.equals(node))
                .map(leader -> new TryLater(sentence, new Route(group(), leader, now.epoch())))
                .orElseGet(() -> new TryLater(sentence));
    }

    /** Applies an entry; nothing comes back if this copy is a witness or has failed. */
    Optional<byte[]> apply(long index, long millis, byte[] command) {
        Optional<StateMachine> sound = state();
        if (sound.isEmpty()) {
            return Optional.empty();
        }
        try {
            byte[] answer = sound.get().apply(index, millis, command);
            sound.get().entryApplied(index);
            applied = index;
            octets += command.length;
            if (octets >= CHECKPOINT_OCTETS) {
                octets = 0;
                sound.get().checkpoint();
            }
            return Optional.of(answer);
        } catch (RuntimeException | Error | IOException e) {
            failure = "entry " + index + " was not applied: " + e;
            LOG.error("group {} has failed on node {}: {}", group(), node, failure, e);
            group.leave(this);
            announce(new Leadership(false, Optional.empty(), leadership().epoch()));
            return Optional.empty();
        }
    }

    @Override
    public GroupName group() {
        return group.spec().name();
    }

    @Override
    public byte[] submit(byte[] command) {
        try {
            return submitAsync(command).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public CompletableFuture<byte[]> submitAsync(byte[] command) {
        if (command.length > COMMAND_LIMIT) {
            throw new IllegalArgumentException(
                    "a command has " + command.length + " octets, more than " + COMMAND_LIMIT);
        }
        if (!leased()) {
            return CompletableFuture.failedFuture(notLeading());
        }
        int needed = state().map(copy -> copy.levelOf(command)).orElse(Release.FIRST);
        return group.tooEarly(needed)
                .<CompletableFuture<byte[]>>map(CompletableFuture::failedFuture)
                .orElseGet(() -> group.append(this, clock.millis(), command));
    }

    @Override
    public Leadership leadership() {
        return announcer.present();
    }

    @Override
    public void watch(Consumer<Leadership> listener) {
        announcer.add(listener);
    }

    @Override
    public void barrier() {
        if (!leased()) {
            throw notLeading();
        }
    }

    @Override
    public boolean leased() {
        return !closed && failure == null && leadership().leading();
    }

    @Override
    public void transfer(NodeName to) {
        if (!group.spec().dataNodes().contains(to)) {
            throw new IllegalArgumentException("node " + to + " has no data of group " + group());
        }
        barrier();
        group.transfer(to);
    }

    @Override
    public JournalStatus status() {
        String why = failure;
        boolean witness = group.spec().isWitness(node);
        String role = witness ? "witness" : leadership().leading() ? "leader" : "follower";
        String text = why != null ? "failed: " + why : closed ? "closed" : role;
        Map<NodeName, Long> lag = new HashMap<>();
        if (leadership().leading()) {
            group.spec().voters().stream().filter(v -> !v.equals(node)).forEach(v -> lag.put(v, 0L));
        }
        long checkpointed = state == null ? 0 : state.checkpointed();
        long done = Math.max(applied, checkpointed); // before the last one is looked up: both grow
        return new JournalStatus(group(), text, leadership(), done, group.last(), checkpointed, lag, List.of());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        group.leave(this);
        announce(new Leadership(false, Optional.empty(), leadership().epoch()));
        announcer.close();
        onClose.run();
        if (state != null) {
            state.close();
        }
    }
}

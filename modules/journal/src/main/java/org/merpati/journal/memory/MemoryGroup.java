package org.merpati.journal.memory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.Leadership;
import org.merpati.journal.StateMachine;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/** The one log of a group in memory, and the copies that stand on it. Every command is an entry of its own. */
final class MemoryGroup {
    /** An entry. */
    private static final class Logged {
        private final long index;
        private final long millis;
        private final byte[] command;

        Logged(long index, long millis, byte[] command) {
            this.index = index;
            this.millis = millis;
            this.command = command;
        }
    }

    private final GroupSpec spec;
    private final int logLimit;
    private final List<Logged> log = new ArrayList<>();
    private final List<MemoryJournal> members = new ArrayList<>();
    private long last;
    private long millis;
    private long term;
    private Release raised = new Release("", Release.FIRST);
    private @Nullable MemoryJournal leader;

    MemoryGroup(GroupSpec spec, int logLimit) {
        this.spec = spec;
        this.logLimit = logLimit;
    }

    GroupSpec spec() {
        return spec;
    }

    /** Adds a copy, brings it up to date, and lets it lead if nobody does. */
    synchronized void join(MemoryJournal member) {
        if (members.stream().anyMatch(m -> m.node().equals(member.node()))) {
            throw new IllegalStateException("node " + member.node() + " has group " + spec.name() + " open already");
        }
        if (!member.release().knows(raised.level())) {
            member.refuse(member.release().tooOldFor(raised));
            return;
        }
        member.state().ifPresent(this::catchUp);
        member.caughtUp(last);
        members.add(member);
        raise();
        elect(Optional.ofNullable(leader));
    }

    /** Raises the level to what all voters know, if all are here; it is never lowered. */
    private void raise() {
        if (members.size() == spec.voters().size()) {
            Release oldest = Collections.min(
                    members.stream().map(MemoryJournal::release).toList(), Comparator.comparingInt(Release::level));
            raised = oldest.level() > raised.level() ? oldest : raised;
        }
    }

    /** What is answered to a command of a level, if the group has not reached it. */
    synchronized Optional<Refused> tooEarly(int needed) {
        return needed <= raised.level()
                ? Optional.empty()
                : Optional.of(new Refused(
                        Refused.Reason.CANNOT,
                        "this can be done once all nodes of group " + spec.name() + " know feature level " + needed));
    }

    private void catchUp(StateMachine state) {
        last = Math.max(last, state.checkpointed());
        long first = log.isEmpty() ? last + 1 : log.getFirst().index;
        if (state.checkpointed() < first - 1) {
            install(state, first - 1);
        }
        for (Logged entry : log) {
            if (entry.index > state.checkpointed()) {
                state.apply(entry.index, entry.millis, entry.command);
                state.entryApplied(entry.index);
            }
        }
    }

    private void install(StateMachine into, long needed) {
        for (MemoryJournal member : members) {
            Optional<StateMachine> from = member.state();
            if (from.isEmpty() || from.get().checkpointed() < needed) {
                continue;
            }
            try (StateMachine.Pinned pinned = from.get().pin();
                    StateMachine.Installation installation = into.install(pinned.index(), pinned.files())) {
                for (StateMachine.CheckpointFile file : pinned.files()) {
                    if (!installation.has(file)) {
                        try (InputStream content = pinned.open(file.name())) {
                            installation.put(file, content);
                        }
                    }
                }
                installation.commit();
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new TryLater("no copy of group " + spec.name() + " has a checkpoint at " + needed);
    }

    private void elect(Optional<MemoryJournal> wanted) {
        MemoryJournal old = leader;
        MemoryJournal next = wanted.filter(members::contains)
                .or(() -> members.stream().filter(m -> m.state().isPresent()).findFirst())
                .orElse(null);
        if (next != old && next != null) {
            term++;
        }
        leader = next;
        Optional<NodeName> name = Optional.ofNullable(next).map(MemoryJournal::node);
        for (MemoryJournal member : List.copyOf(members)) {
            member.announce(new Leadership(member == next, name, new Epoch(term)));
        }
    }

    /** Makes another copy the leader. */
    synchronized void transfer(NodeName to) {
        Optional<MemoryJournal> next = members.stream()
                .filter(m -> m.node().equals(to) && m.state().isPresent())
                .findFirst();
        if (next.isEmpty()) {
            throw new TryLater("node " + to + " has no copy of group " + spec.name() + " open");
        }
        elect(next);
    }

    /** Takes a copy away. */
    synchronized void leave(MemoryJournal member) {
        members.remove(member);
        if (leader == member) {
            leader = null;
            elect(Optional.empty());
        }
    }

    /** Appends a command and applies it everywhere; the answer is the leader's. */
    synchronized CompletableFuture<byte[]> append(MemoryJournal from, long wallMillis, byte[] command) {
        if (leader != from) {
            return CompletableFuture.failedFuture(from.notLeading());
        }
        last++;
        millis = Math.max(millis, wallMillis);
        log.add(new Logged(last, millis, command));
        byte[] answer = new byte[0];
        boolean answered = false;
        for (MemoryJournal member : List.copyOf(members)) {
            Optional<byte[]> own = member.apply(last, millis, command);
            if (member == from && own.isPresent()) {
                answer = own.get();
                answered = true;
            }
        }
        trim();
        return answered ? CompletableFuture.completedFuture(answer) : CompletableFuture.failedFuture(from.notLeading());
    }

    private void trim() {
        if (log.size() > logLimit) {
            long least = members.stream()
                    .flatMap(m -> m.state().stream())
                    .mapToLong(StateMachine::checkpointed)
                    .min()
                    .orElse(0);
            log.removeIf(e -> e.index <= least);
        }
    }

    /** The index of the last entry. */
    synchronized long last() {
        return last;
    }
}

package org.merpati.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalStatus;
import org.merpati.journal.Leadership;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Octets;
import org.merpati.kernel.TryLater;

/** A log in memory that applies at once, and can be played again to another state. */
final class TapeJournal implements Journal {
    static final NodeName HERE = new NodeName("here");
    static final NodeName ELSEWHERE = new NodeName("elsewhere");

    private record Entry(long millis, Octets command) {}

    private final GroupName group;
    private final List<Entry> tape = new ArrayList<>();
    private final List<Consumer<Leadership>> listeners = new ArrayList<>();
    private Leadership leadership = new Leadership(true, Optional.of(HERE), new Epoch(3));
    private ShardState state;
    private long millis = 1_750_000_000_000L;

    TapeJournal(GroupName group, ShardState state) {
        this.group = group;
        this.state = state;
    }

    @Override
    public synchronized byte[] submit(byte[] command) {
        if (!leadership.leading()) {
            throw new TryLater("not leading");
        }
        millis += 7;
        tape.add(new Entry(millis, new Octets(command)));
        return play(tape.size(), state);
    }

    /** The number of entries. */
    synchronized int size() {
        return tape.size();
    }

    synchronized byte[] play(int index, ShardState to) {
        Entry entry = tape.get(index - 1);
        byte[] answer = to.apply(index, entry.millis(), entry.command().array());
        to.entryApplied(index);
        return answer;
    }

    /** Plays what the state does not have yet, and goes on with it. */
    synchronized void resume(ShardState next) {
        for (int i = (int) next.checkpointed() + 1; i <= tape.size(); i++) {
            play(i, next);
        }
        state = next;
        listeners.clear();
    }

    synchronized void pass(long more) {
        millis += more;
    }

    synchronized long millis() {
        return millis;
    }

    void lead(boolean leading) {
        synchronized (this) {
            leadership = new Leadership(leading, Optional.of(leading ? HERE : ELSEWHERE), new Epoch(4));
        }
        listeners.forEach(listener -> listener.accept(leadership));
    }

    @Override
    public GroupName group() {
        return group;
    }

    @Override
    public CompletableFuture<byte[]> submitAsync(byte[] command) {
        return CompletableFuture.completedFuture(submit(command));
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public void watch(Consumer<Leadership> listener) {
        listeners.add(listener);
        listener.accept(leadership);
    }

    @Override
    public void barrier() {
        if (!leadership.leading()) {
            throw new TryLater("not leading");
        }
    }

    @Override
    public boolean leased() {
        return leadership.leading();
    }

    @Override
    public void transfer(NodeName to) {
        lead(to.equals(HERE));
    }

    @Override
    public JournalStatus status() {
        return new JournalStatus(
                group, "leader", leadership, size(), size(), state.checkpointed(), Map.of(), List.of());
    }

    @Override
    public void close() {}
}

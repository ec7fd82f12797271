package org.merpati.dev.copies;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.merpati.journal.StateMachine;

/** A state that counts the octets of the files that it was sent. */
final class CountedState implements StateMachine {
    private final StateMachine state;
    private final AtomicLong sent = new AtomicLong();

    CountedState(StateMachine state) {
        this.state = state;
    }

    /** The octets of files of others' checkpoints that came, since this was opened. */
    long sent() {
        return sent.get();
    }

    @Override
    public long checkpointed() {
        return state.checkpointed();
    }

    @Override
    public byte[] apply(long index, long millis, byte[] command) {
        return state.apply(index, millis, command);
    }

    @Override
    public int levelOf(byte[] command) {
        return state.levelOf(command);
    }

    @Override
    public void entryApplied(long index) {
        state.entryApplied(index);
    }

    @Override
    public long checkpoint() throws IOException {
        return state.checkpoint();
    }

    @Override
    public Pinned pin() {
        return state.pin();
    }

    @Override
    public Installation install(long index, List<CheckpointFile> files) throws IOException {
        Installation installation = state.install(index, files);
        return new Installation() {
            @Override
            public boolean has(CheckpointFile file) {
                return installation.has(file);
            }

            @Override
            public boolean names(CheckpointFile file) {
                return installation.names(file);
            }

            @Override
            public void put(CheckpointFile file, InputStream content) throws IOException {
                installation.put(file, content);
                sent.addAndGet(file.length());
            }

            @Override
            public boolean grow(CheckpointFile file, Tail tail) throws IOException {
                return installation.grow(file, octets -> {
                    sent.addAndGet(file.length() - octets);
                    return tail.behind(octets);
                });
            }

            @Override
            public void commit() throws IOException {
                installation.commit();
            }

            @Override
            public void close() {
                installation.close();
            }
        };
    }

    @Override
    public void onDamage(Consumer<String> listener) {
        state.onDamage(listener);
    }

    @Override
    public void scrub(long octetsPerSecond) throws IOException {
        state.scrub(octetsPerSecond);
    }

    @Override
    public void close() {
        state.close();
    }
}

package org.merpati.dev.copies;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.merpati.journal.StateMachine;

/** A state that keeps nothing but how far it came: what is measured is the journal. */
final class NoState implements StateMachine {
    private static final byte[] DONE = {};
    private volatile long applied;
    private volatile long finished;

    @Override
    public long checkpointed() {
        return finished;
    }

    @Override
    public byte[] apply(long index, long millis, byte[] command) {
        return DONE;
    }

    @Override
    public void entryApplied(long index) {
        applied = index;
    }

    @Override
    public long checkpoint() {
        finished = applied;
        return finished;
    }

    @Override
    public Pinned pin() {
        long index = finished;
        return new Pinned() {
            @Override
            public long index() {
                return index;
            }

            @Override
            public List<CheckpointFile> files() {
                return List.of();
            }

            @Override
            public InputStream open(String name) throws IOException {
                throw new IOException("there is no file " + name);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Installation install(long index, List<CheckpointFile> files) {
        return new Installation() {
            @Override
            public boolean has(CheckpointFile file) {
                return true;
            }

            @Override
            public void put(CheckpointFile file, InputStream content) {}

            @Override
            public void commit() {
                applied = index;
                finished = index;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}

package org.merpati.journal;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.merpati.journal.level.Release;

/**
 * The state that a group's log builds on one copy. One thread calls {@link #apply}, in log order; the other methods
 * may be called beside it.
 *
 * <p>{@code apply} never fails and never looks outside: it reads the command and the group's state only, and a domain
 * failure is a value in its answer (replication.md §10). Whatever it throws halts this replica.
 */
public interface StateMachine extends AutoCloseable {
    /** A file of a checkpoint: its name relative to the group's folder, its length in octets, its SHA-256 in hex. */
    record CheckpointFile(String name, long length, String sha256) {}

    /**
     * The files of a finished checkpoint, kept from being dropped until it is closed.
     */
    interface Pinned extends AutoCloseable {
        /** The index of the last entry that the checkpoint holds. */
        long index();

        /** The files. */
        List<CheckpointFile> files();

        /**
         * Reads a file of the list.
         *
         * @throws IOException if it cannot be read
         */
        InputStream open(String name) throws IOException;

        @Override
        void close();
    }

    /** The octets of a file behind its first ones. */
    @FunctionalInterface
    interface Tail {
        /** Opens them. */
        InputStream behind(long octets) throws IOException;
    }

    /** Takes the files of a checkpoint that this copy does not have yet and makes it the state of this copy. */
    interface Installation extends AutoCloseable {
        /** Whether a file with this name and digest is already here, so that it need not be fetched. */
        boolean has(CheckpointFile file);

        /**
         * Whether the last checkpoint of this copy has the same file, which is not read for that: a copy in whose files
         * damage was found asks {@link #has}.
         */
        default boolean names(CheckpointFile file) {
            return false;
        }

        /**
         * Writes a file, fsyncs it and compares its digest.
         *
         * @throws IOException if writing fails or the digest differs
         */
        void put(CheckpointFile file, InputStream content) throws IOException;

        /**
         * Makes a file of its beginning, which this copy has, and of the octets behind that, which are asked for.
         *
         * @return false if nothing of it is here, or what is here is not its beginning: it is to be {@link #put} then
         * @throws IOException if writing fails, or the others' octets do not come
         */
        default boolean grow(CheckpointFile file, Tail tail) throws IOException {
            return false;
        }

        /**
         * Makes the checkpoint the state of this copy, all at once, after every file was put.
         *
         * @throws IOException if it cannot; the old state then stays
         */
        void commit() throws IOException;

        /** Drops what was put if it was not committed. */
        @Override
        void close();
    }

    /** The index of the last entry in the last finished checkpoint; 0 if there is none. Replay starts behind it. */
    long checkpointed();

    /**
     * Applies one command.
     *
     * @param index the log index of the entry that holds the command; several commands of one entry share it
     * @param millis the group's time in UTC milliseconds; never less than in the command before
     * @param command the command, in the form of the state machine's owner
     * @return the answer for the caller
     */
    byte[] apply(long index, long millis, byte[] command);

    /**
     * The feature level of the group from which on its log may hold a command: 1 for what the first release knew. Where
     * the group has not reached it, the command is refused before it gets into the log.
     */
    default int levelOf(byte[] command) {
        return Release.FIRST;
    }

    /**
     * What is carried out before anybody is served from a group that lost its majority and went on with one copy: what
     * clients know of what was lost must not be mistaken for what is there (replication.md §10.6). Nothing if this
     * state has it behind it.
     *
     * @param generation how often that happened to the group
     */
    default Optional<byte[]> renewal(int generation) {
        return Optional.empty();
    }

    /**
     * Says that every command of the entry has been applied. The state machine may only checkpoint at such a point.
     */
    void entryApplied(long index);

    /**
     * Finishes a checkpoint of what has been applied and returns its index: that of the last <em>finished</em>
     * checkpoint, which may be older if this one goes on in the background.
     *
     * @throws IOException if the disk fails; the replica stops
     */
    long checkpoint() throws IOException;

    /** Pins the last finished checkpoint for a node that catches up. */
    Pinned pin();

    /** Begins to install a checkpoint of the given index and files. */
    Installation install(long index, List<CheckpointFile> files) throws IOException;

    /**
     * Who is told, in words for people, when a file of this copy turns out damaged; called on the thread that found
     * it. The journal then mends the copy.
     */
    default void onDamage(Consumer<String> listener) {}

    /**
     * Reads the files of the last finished checkpoint at a pace, until the first that is damaged, and tells of it.
     *
     * @throws IOException if one is damaged, or the disk fails
     */
    default void scrub(long octetsPerSecond) throws IOException {}

    /** Closes without a checkpoint. The journal that was opened with it calls this when it is closed. */
    @Override
    void close();
}

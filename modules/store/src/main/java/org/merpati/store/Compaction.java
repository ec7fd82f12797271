package org.merpati.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Id;
import org.merpati.store.log.Command;
import org.merpati.vault.BlobRef;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the room of bodies that nobody needs any more. The leader looks for segments of which less than half is in
 * use, and has what is in use moved out of them by commands of bounded size at a bounded pace; every copy then drops
 * the segment. So a shard's segments take at most about twice what is in use, and the undelete period besides.
 */
final class Compaction {
    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
    private static final int COMMAND_BLOBS = 256;
    private static final long COMMAND_OCTETS = 4L << 20;
    private static final long OCTETS_PER_SECOND = 8L << 20;

    private final String shard;
    private final Vault vault;
    private final Function<Command, BinaryReader> submit;
    private final AtomicBoolean running = new AtomicBoolean();

    /**
     * @param submit submits a command and opens its answer, or throws a {@link Failure} where this node does not lead
     */
    Compaction(String shard, Vault vault, Function<Command, BinaryReader> submit) {
        this.shard = shard;
        this.vault = vault;
        this.submit = submit;
    }

    /** Begins in the background, unless it is under way. */
    void begin() {
        if (running.compareAndSet(false, true)) {
            Thread.ofVirtual().name("compaction-" + shard).start(() -> {
                try {
                    run();
                } catch (IOException | Failure stopped) {
                    LOG.info("{}: compaction goes on another time: {}", shard, stopped.getMessage());
                } finally {
                    running.set(false);
                }
            });
        }
    }

    /**
     * Compacts every segment that is worth it.
     *
     * @return how many segments were dropped
     * @throws IOException if the disk fails
     * @throws Failure if this node does not lead
     */
    int run() throws IOException {
        int dropped = 0;
        for (Map.Entry<Integer, Long> segment : vault.droppableSegments().entrySet()) {
            int number = segment.getKey();
            Rows.Segment used = used(number);
            if (used != null && used.octets() < segment.getValue() / 2) {
                if (move(number)) {
                    dropped++;
                    LOG.info(
                            "{}: of segment {} {} KiB of {} were in use and are moved, the rest is given back",
                            shard,
                            number,
                            used.octets() >> 10,
                            segment.getValue() >> 10);
                }
            }
        }
        return dropped;
    }

    private Rows.@Nullable Segment used(int segment) throws IOException {
        try (Snapshot rows = vault.snapshot()) {
            byte[] value = rows.get(Keys.segment(segment));
            return value == null ? null : Rows.Segment.read(value);
        }
    }

    /** Moves what is in use out of a segment; whether that was dropped with the last of it. */
    private boolean move(int segment) throws IOException {
        boolean dropped = false;
        byte[] from = Keys.shardKind(Keys.BLOB);
        while (from.length > 0) {
            List<Id> blobs = new ArrayList<>();
            long[] octets = new long[1];
            byte[] next = next(segment, from, blobs, octets);
            // The last command may move nothing, and only drop the segment.
            if (!blobs.isEmpty() || (next.length == 0 && !dropped)) {
                dropped = submit.apply(new Command.Compact(segment, blobs)).flag();
                LockSupport.parkNanos(octets[0] * 1_000_000_000L / OCTETS_PER_SECOND);
            }
            from = next;
        }
        return dropped;
    }

    /** Gathers blobs with pieces in the segment for one command; answers where to go on, or nothing at the end. */
    private byte[] next(int segment, byte[] from, List<Id> blobs, long[] octets) throws IOException {
        byte[][] on = {new byte[0]};
        try (Snapshot rows = vault.snapshot()) {
            rows.scan(from, Keys.behind(Keys.shardKind(Keys.BLOB)), (key, value) -> {
                if (blobs.size() == COMMAND_BLOBS || octets[0] >= COMMAND_OCTETS) {
                    on[0] = key;
                    return false;
                }
                Rows.Blob row = Rows.Blob.read(value);
                long here = row.pieces().stream()
                        .filter(piece -> piece.segment() == segment)
                        .mapToLong(BlobRef::length)
                        .sum();
                if (here > 0 && row.references() > 0) {
                    blobs.add(Keys.blobOf(key));
                    octets[0] += here;
                }
                return true;
            });
        }
        return on[0];
    }
}

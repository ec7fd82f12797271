package org.merpati.directory;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.runtime.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the copy of a node that does not vote in the directory group: follows a voter's feed, another voter's when that
 * one goes away, and keeps the last state in a file, so that logins go on after a restart while the voters are down.
 */
public final class DirectoryFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryFollower.class);
    private static final Duration SILENCE = DirectoryGroup.BEAT.multipliedBy(3);
    private static final long PAUSE_NANOS = 200_000_000;
    /** The whole is not asked for more often than that, should it never fit. */
    private static final long MISFIT_PAUSE_NANOS = 1_000_000_000;
    /** How long an end waits for a write of the file. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private static final int STATE_LIMIT = 1 << 30;
    /** How often changes of tables alone are kept in the file: it is written whole. */
    private static final long KEEP_TABLES_NANOS = 60_000_000_000L;

    private final LiveCopy copy;
    private final Topology topology;
    private final NodeChannel channel;
    private final Path file;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean connected;
    private volatile boolean current;
    private boolean unkept;
    private boolean unkeptTables;
    private long kept;
    /** Whether the file had no state of a table that is followed, so that all is to be asked for. */
    private boolean lacking = true;

    /**
     * Reads the last state from a file and begins to follow.
     *
     * @param tables those beside the entries that are followed here
     */
    public DirectoryFollower(Topology topology, NodeChannel channel, Path file, SideTables tables) throws IOException {
        this.copy = new LiveCopy(tables);
        this.topology = topology;
        this.channel = channel;
        this.file = file;
        copy.keptBy(() -> current);
        if (Files.exists(file)) {
            read(Files.readAllBytes(file));
        }
        this.thread = Thread.ofVirtual().name("directory-feed").start(this::follow);
    }

    private void read(byte[] content) throws IOException {
        try {
            BinaryReader in = new BinaryReader(content);
            long index = in.i64();
            copy.replace(Tree.of(in.bytes()), index);
            Set<String> found = in.remaining() == 0 ? Set.of() : copy.tables().read(in);
            lacking = !found.containsAll(copy.tables().names());
        } catch (Malformed damaged) {
            LOG.warn("the kept copy of the directory {} is damaged and will be fetched anew", file);
        }
    }

    /** The copy. */
    public LiveCopy copy() {
        return copy;
    }

    /** Whether a voter is being heard. */
    public boolean connected() {
        return connected;
    }

    private void follow() {
        for (int turn = 0; !closed; turn++) {
            List<NodeName> voters = topology.directory().voters();
            NodeName voter = voters.get(turn % voters.size());
            long pause = PAUSE_NANOS;
            int generation = copy.tree().people().generation();
            byte[] request = DirectoryGroup.request(
                    lacking ? -1 : copy.index(), copy.tables().names(), generation);
            try (InputStream feed = channel.stream(voter, DirectoryGroup.FEED, request, SILENCE)) {
                take(new DataInputStream(feed));
            } catch (IOException | TryLater | Refused broken) {
                LOG.debug("feed of {} broke off: {}", voter, broken.getMessage());
            } catch (RuntimeException misfit) {
                LOG.error("what {} feeds does not fit this copy of the directory: all is asked for", voter, misfit);
                lacking = true;
                pause = MISFIT_PAUSE_NANOS;
            }
            connected = false;
            current = false;
            LockSupport.parkNanos(pause);
        }
    }

    private void take(DataInputStream feed) throws IOException {
        while (!closed) {
            int kind = feed.read();
            connected = true;
            switch (kind) {
                case 'S' -> {
                    long index = feed.readLong();
                    BinaryReader state = new BinaryReader(octets(feed));
                    byte[] ldif = state.bytes();
                    var _ = copy.tables().read(state);
                    copy.replace(Tree.of(ldif), index);
                    lacking = false;
                    current = true;
                    keep();
                }
                case 'C' -> {
                    long index = feed.readLong();
                    String ldif = new String(octets(feed), StandardCharsets.UTF_8);
                    copy.follow(new LiveCopy.Change.OfEntries(index, ldif));
                    unkept = true;
                }
                case 'T' -> {
                    long index = feed.readLong();
                    BinaryReader change = new BinaryReader(octets(feed));
                    copy.follow(new LiveCopy.Change.OfTable(index, change.text(), change.bytes()));
                    unkeptTables = true;
                }
                case 'B' -> {
                    current = true;
                    if (unkept || (unkeptTables && System.nanoTime() - kept > KEEP_TABLES_NANOS)) {
                        keep();
                    }
                }
                default -> throw new IOException("the feed ended");
            }
        }
    }

    private static byte[] octets(DataInputStream feed) throws IOException {
        long length = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int octet = feed.readUnsignedByte();
            length |= (long) (octet & 0x7f) << shift;
            if ((octet & 0x80) == 0) {
                if (length > STATE_LIMIT) {
                    break;
                }
                return feed.readNBytes((int) length);
            }
        }
        throw new IOException("the feed announces more than " + STATE_LIMIT + " octets");
    }

    private void keep() throws IOException {
        unkept = false;
        unkeptTables = false;
        kept = System.nanoTime();
        BinaryWriter content =
                new BinaryWriter(1 << 16).i64(copy.index()).bytes(copy.tree().ldif());
        copy.tables().write(content, copy.tables().names());
        DurableFile.write(file, content.toByteArray());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(FAREWELL);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}

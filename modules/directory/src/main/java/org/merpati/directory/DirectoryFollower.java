package org.merpati.directory;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
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
    private static final int STATE_LIMIT = 1 << 30;

    private final LiveCopy copy = new LiveCopy();
    private final List<NodeName> voters;
    private final NodeChannel channel;
    private final Path file;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean connected;
    private volatile boolean current;
    private boolean unkept;

    /** Reads the last state from a file and begins to follow. */
    public DirectoryFollower(Topology topology, NodeChannel channel, Path file) throws IOException {
        this.voters = topology.directory().voters();
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
        for (int turn = 0; !closed; turn = (turn + 1) % voters.size()) {
            NodeName voter = voters.get(turn);
            byte[] from = new BinaryWriter().i64(copy.index()).toByteArray();
            try (InputStream feed = channel.stream(voter, DirectoryGroup.FEED, from, SILENCE)) {
                take(new DataInputStream(feed));
            } catch (IOException | Failure broken) {
                LOG.debug("feed of {} broke off: {}", voter, broken.getMessage());
            }
            connected = false;
            current = false;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void take(DataInputStream feed) throws IOException {
        while (!closed) {
            int kind = feed.read();
            connected = true;
            switch (kind) {
                case 'S' -> {
                    long index = feed.readLong();
                    copy.replace(Tree.of(octets(feed)), index);
                    current = true;
                    keep();
                }
                case 'C' -> {
                    long index = feed.readLong();
                    copy.follow(index, new String(octets(feed), StandardCharsets.UTF_8));
                    unkept = true;
                }
                case 'B' -> {
                    current = true;
                    if (unkept) {
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
        byte[] ldif = copy.tree().ldif();
        byte[] content =
                new BinaryWriter(ldif.length + 32).i64(copy.index()).bytes(ldif).toByteArray();
        DurableFile.write(file, content);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}

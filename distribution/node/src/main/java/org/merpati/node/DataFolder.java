package org.merpati.node;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.Topology;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.runtime.DurableFile;

/** A node's data folder: locked while the node runs, and marked with the cluster and node that it belongs to. */
final class DataFolder implements AutoCloseable {
    /** There once the node has kept logs, which it must not begin again by itself. */
    private static final String LOGS = "keeps-logs";

    private final Path folder;
    private final FileChannel channel;

    /**
     * Takes the folder.
     *
     * @throws Malformed if another process has it, or it belongs to another cluster or node
     * @throws Refused if it held logs and holds none: a voter with an empty log could help to elect a leader that lacks
     *     what was acknowledged (replication.md §10.3)
     */
    DataFolder(Path folder, Topology topology, NodeName self) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock() == null) {
            channel.close();
            throw new Malformed("the data folder " + folder + " is in use by another process");
        }
        Path mark = folder.resolve("owner");
        String own = topology.cluster() + " " + self + "\n";
        if (!Files.exists(mark)) {
            DurableFile.write(mark, own.getBytes(StandardCharsets.UTF_8));
        } else if (!Files.readString(mark).equals(own)) {
            channel.close();
            throw new Malformed("the data folder " + folder + " belongs to cluster and node "
                    + Files.readString(mark).strip() + ", not to " + own.strip() + ": give each node its own folder");
        }
        if (Files.exists(folder.resolve(LOGS)) && !Files.exists(folder.resolve("journal/cluster"))) {
            channel.close();
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "the logs of node " + self + " in " + folder.resolve("journal")
                            + " are gone: restore the folder, or move the whole data folder away and have the node"
                            + " begin anew: 'merpati node token " + self + "' on a directory node");
        }
    }

    /** Notes that there are logs now, before any of them is opened. */
    void keepsLogs() throws IOException {
        Path mark = folder.resolve(LOGS);
        if (!Files.exists(mark)) {
            DurableFile.write(mark, new byte[0]);
        }
    }

    private @Nullable FileLock lock() throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException here) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

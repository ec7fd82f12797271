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
import org.merpati.runtime.DurableFile;

/** A node's data folder: locked while the node runs, and marked with the cluster and node that it belongs to. */
final class DataFolder implements AutoCloseable {
    private final FileChannel channel;

    /**
     * Takes the folder.
     *
     * @throws Malformed if another process has it, or it belongs to another cluster or node
     */
    DataFolder(Path folder, Topology topology, NodeName self) throws IOException {
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

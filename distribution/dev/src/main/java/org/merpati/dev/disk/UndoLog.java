package org.merpati.dev.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a power cut would undo below a folder, in a side folder on the same file system. Its records are ordinary files:
 * they outlive the process, as the kernel's cache does, and {@link PowerCut} plays them.
 */
final class UndoLog {
    private final RealDisk disk;
    private final Path folder;
    private final Path side;
    private final Names names;
    private final Map<Long, Content> contents = new ConcurrentHashMap<>();

    UndoLog(RealDisk disk, Path folder, Path side) throws IOException {
        this.disk = disk;
        this.folder = folder.toAbsolutePath().normalize();
        this.side = side;
        disk.makeFolder(side);
        this.names = new Names(disk, side, this::gone);
        for (Path file : disk.list(side)) {
            String name = String.valueOf(file.getFileName());
            if (Content.isRecord(name)) {
                long inode = Long.parseLong(name.substring(name.indexOf('-') + 1));
                contents.put(inode, new Content(disk, side, inode, file));
            }
        }
    }

    boolean covers(Path path) {
        return path.toAbsolutePath().normalize().startsWith(folder);
    }

    Names names() {
        return names;
    }

    /** What is kept of a file that was just opened for writing. */
    @Nullable
    Content open(Path path) throws IOException {
        synchronized (names) {
            long inode = disk.inode(path);
            if (inode == 0) {
                return null;
            }
            Content content = contents.get(inode);
            if (content == null) {
                content = new Content(disk, side, inode, path);
                contents.put(inode, content);
            }
            content.use();
            return content;
        }
    }

    void close(Content content) throws IOException {
        synchronized (names) {
            if (content.release()) {
                contents.values().remove(content);
            }
        }
    }

    private void gone(long inode) throws IOException {
        Content content = contents.remove(inode);
        if (content != null) {
            content.forget();
        }
    }

    /** Syncs a file or a folder that is open under a path, and lets go of what that makes durable. */
    void force(Path path, FileChannel real, long inode, boolean metadata) throws IOException {
        Content content = contents.get(inode);
        if (content == null) {
            real.force(metadata);
        } else {
            synchronized (content) {
                real.force(metadata);
                content.durable();
            }
        }
        if (disk.isFolder(path)) {
            names.durableFolder(path.toAbsolutePath());
        }
        names.durable(inode);
    }

    /** A sync that failed. */
    void lose(long inode) {
        Content content = contents.get(inode);
        if (content != null) {
            content.lose();
        }
    }
}

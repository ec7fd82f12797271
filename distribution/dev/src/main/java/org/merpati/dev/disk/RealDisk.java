package org.merpati.dev.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The few things that are done to real files, past the faults. */
record RealDisk(FileSystemProvider provider) {
    boolean exists(Path path) {
        return provider.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    BasicFileAttributes attributes(Path path) throws IOException {
        return provider.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** A file's inode; 0 if there is none. */
    long inode(Path path) throws IOException {
        try {
            return ((Number) provider.readAttributes(path, "unix:ino", LinkOption.NOFOLLOW_LINKS)
                            .getOrDefault("ino", 0L))
                    .longValue();
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    /** How many names a file has. */
    int links(Path path) throws IOException {
        return ((Number) provider.readAttributes(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                        .getOrDefault("nlink", 1))
                .intValue();
    }

    void write(Path path, byte[] content) throws IOException {
        try (FileChannel channel =
                provider.newFileChannel(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            writeFully(channel, ByteBuffer.wrap(content));
        }
    }

    static void writeFully(FileChannel channel, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            channel.write(content);
        }
    }

    byte[] read(Path path) throws IOException {
        try (FileChannel channel = provider.newFileChannel(path, Set.of(StandardOpenOption.READ))) {
            return read(channel, 0, Math.toIntExact(channel.size()));
        }
    }

    /** Octets of a file, fewer where it ends. */
    static byte[] read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer octets = ByteBuffer.allocate(length);
        int count = 0;
        while (count >= 0 && octets.hasRemaining()) {
            count = channel.read(octets, position + octets.position());
        }
        return java.util.Arrays.copyOf(octets.array(), octets.position());
    }

    List<Path> list(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        try (var stream = provider.newDirectoryStream(folder, child -> true)) {
            stream.forEach(children::add);
        }
        return children;
    }

    /** Whether a path is a folder now; what is being deleted or renamed is none. */
    boolean isFolder(Path path) throws IOException {
        try {
            return attributes(path).isDirectory();
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    /** Makes a folder and those above it, whoever else makes them at the same time. */
    void makeFolder(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null && !exists(parent)) {
            makeFolder(parent);
        }
        try {
            provider.createDirectory(folder);
        } catch (FileAlreadyExistsException other) {
            if (!isFolder(folder)) {
                throw other;
            }
        }
    }

    /** Deletes a file, or a folder with all that is in it. */
    void deleteAll(Path path) throws IOException {
        if (isFolder(path)) {
            for (Path child : list(path)) {
                deleteAll(child);
            }
        }
        provider.deleteIfExists(path);
    }
}

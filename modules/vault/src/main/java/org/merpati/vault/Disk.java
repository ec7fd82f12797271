package org.merpati.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.merpati.kernel.Sha256;

/** The few things that are done to files. A channel is opened for each read: an interrupt closes it for nobody else. */
final class Disk {
    private static final int BUFFER = 1 << 16;

    private Disk() {}

    static int crc(byte[] octets, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(octets, offset, length);
        return (int) crc.getValue();
    }

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static byte[] read(Path file, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (offset < 0 || offset + length > size) {
                throw new Corrupt(file, offset, length + " octets wanted, the file has " + size);
            }
            int count = 0;
            while (count >= 0 && buffer.hasRemaining()) {
                count = channel.read(buffer, offset + buffer.position());
            }
        }
        if (buffer.hasRemaining()) {
            throw new Corrupt(file, offset, "it ended while it was read");
        }
        return buffer.array();
    }

    /** Compares a file's length with the least that the manifest names. */
    static void checkLength(Path folder, FileEntry entry) throws IOException {
        Path file = folder.resolve(entry.name());
        long size = Files.exists(file) ? Files.size(file) : -1;
        if (size < entry.length()) {
            throw new Corrupt(
                    file,
                    Math.max(0, size),
                    size < 0 ? "it is missing" : "the manifest names " + entry.length() + " octets");
        }
    }

    static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Is told of octets that were read; may wait. */
    @FunctionalInterface
    interface Pace {
        Pace NONE = octets -> {};

        void read(int octets);
    }

    /** A digest of the file's first octets, still open for more. */
    static MessageDigest digest(Path file, long length) throws IOException {
        return digest(file, length, Pace.NONE);
    }

    /** The same, at a pace. */
    static MessageDigest digest(Path file, long length, Pace pace) throws IOException {
        MessageDigest digest = Sha256.begin();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long position = 0;
            while (position < length) {
                buffer.clear().limit((int) Math.min(BUFFER, length - position));
                int count = channel.read(buffer, position);
                if (count < 0) {
                    throw new Corrupt(file, position, "it is shorter than the " + length + " octets of its manifest");
                }
                digest.update(buffer.flip());
                position += count;
                pace.read(count);
            }
        }
        return digest;
    }

    /** Cuts a file to a length, if it is longer. */
    static void cut(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.size() > length) {
                channel.truncate(length);
            }
        }
    }
}

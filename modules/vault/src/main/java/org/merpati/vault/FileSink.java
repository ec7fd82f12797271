package org.merpati.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.merpati.kernel.Sha256;

/** Writes a new file from its start to its end and knows its digest. */
final class FileSink implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest digest = Sha256.begin();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private long position;

    FileSink(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    long position() {
        return position;
    }

    void write(byte[] octets, int offset, int length) throws IOException {
        digest.update(octets, offset, length);
        position += length;
        if (length > buffer.remaining()) {
            flush();
        }
        if (length > buffer.remaining()) {
            Disk.writeFully(channel, ByteBuffer.wrap(octets, offset, length));
        } else {
            buffer.put(octets, offset, length);
        }
    }

    /** Writes octets and their CRC32C. */
    void writeChecked(byte[] octets) throws IOException {
        write(octets, 0, octets.length);
        int crc = Disk.crc(octets, 0, octets.length);
        write(ByteBuffer.allocate(4).putInt(crc).array(), 0, 4);
    }

    private void flush() throws IOException {
        Disk.writeFully(channel, buffer.flip());
        buffer.clear();
    }

    /** Ends and fsyncs the file. */
    FileEntry finish() throws IOException {
        flush();
        channel.force(true);
        return new FileEntry(file.getFileName().toString(), position, Disk.hex(digest));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

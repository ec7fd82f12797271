package org.merpati.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryWriter;

/**
 * Writes a table: header, blocks of rows (each key without what it shares with the one before), an index of the
 * blocks' first keys, a bloom filter, a footer of fixed length. A CRC32C follows each block, the index, the filter and
 * the footer's fields.
 */
final class TableWriter {
    static final int MAGIC = 0x4d505654;
    /** The footer: offsets and lengths of index and filter, count of rows, CRC32C. */
    static final int FOOTER = 8 + 4 + 8 + 4 + 8 + 4;

    private final FileSink sink;
    private final int blockBytes;
    private final BinaryWriter index = new BinaryWriter(4096);
    private BinaryWriter block = new BinaryWriter(1 << 14);
    private byte[] previous = new byte[0];
    private long[] hashes = new long[1024];
    private int count;

    private TableWriter(FileSink sink, int blockBytes) {
        this.sink = sink;
        this.blockBytes = blockBytes;
    }

    /**
     * Writes and fsyncs a table of the rows.
     *
     * @param oldest whether nothing lies below it, so that deleted rows can be left out
     */
    static FileEntry write(Path file, VaultIdentity identity, VaultLimits limits, Cursor rows, boolean oldest)
            throws IOException {
        try (FileSink sink = new FileSink(file)) {
            byte[] header = identity.header(MAGIC);
            sink.write(header, 0, header.length);
            TableWriter writer = new TableWriter(sink, limits.blockBytes());
            for (Row row = rows.next(); row != null; row = rows.next()) {
                if (!oldest || row.value() != null) {
                    writer.add(row);
                }
            }
            return writer.finish();
        }
    }

    private void add(Row row) throws IOException {
        byte[] key = row.key();
        if (block.size() == 0) {
            index.bytes(key).i64(sink.position());
            previous = new byte[0];
        }
        int mismatch = Arrays.mismatch(previous, key);
        int shared = mismatch < 0 ? key.length : mismatch;
        block.varint(shared).varint(key.length - shared).raw(key, shared, key.length - shared);
        byte @Nullable [] value = row.value();
        if (value == null) {
            block.varint(0);
        } else {
            block.varint(value.length + 1L).raw(value, 0, value.length);
        }
        previous = key;
        if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, count * 2);
        }
        hashes[count++] = Bloom.hash(key);
        if (block.size() >= blockBytes) {
            closeBlock();
        }
    }

    private void closeBlock() throws IOException {
        if (block.size() > 0) {
            index.i32(block.size());
            sink.writeChecked(block.toByteArray());
            block = new BinaryWriter(1 << 14);
        }
    }

    private FileEntry finish() throws IOException {
        closeBlock();
        ByteBuffer footer = ByteBuffer.allocate(FOOTER - 4);
        footer.putLong(sink.position()).putInt(index.size());
        sink.writeChecked(index.toByteArray());
        byte[] bits = Bloom.of(hashes, count).bits();
        footer.putLong(sink.position()).putInt(bits.length);
        sink.writeChecked(bits);
        sink.writeChecked(footer.putLong(count).array());
        return sink.finish();
    }
}

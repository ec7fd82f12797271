package org.merpati.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.Malformed;

/** A sorted, immutable file of rows, open for reading. It lives as long as somebody holds it. */
final class Table {
    private final Path file;
    private final FileEntry entry;
    private final BlockCache cache;
    private final List<byte[]> firstKeys = new ArrayList<>();
    private final List<long[]> places = new ArrayList<>();
    private final Bloom bloom;
    private final AtomicInteger holders = new AtomicInteger(1);

    private Table(Path file, FileEntry entry, BlockCache cache, VaultIdentity identity) throws IOException {
        this.file = file;
        this.entry = entry;
        this.cache = cache;
        byte[] header = identity.header(TableWriter.MAGIC);
        if (!Arrays.equals(header, Disk.read(file, 0, header.length))) {
            throw new Corrupt(file, 0, "its header is not that of a table of this group in a known format");
        }
        long footerAt = entry.length() - TableWriter.FOOTER;
        ByteBuffer footer = ByteBuffer.wrap(checked(footerAt, TableWriter.FOOTER - 4));
        byte[] index = checked(footer.getLong(), footer.getInt());
        this.bloom = new Bloom(checked(footer.getLong(), footer.getInt()));
        BinaryReader reader = new BinaryReader(index);
        while (reader.remaining() > 0) {
            firstKeys.add(reader.bytes());
            places.add(new long[] {reader.i64(), reader.i32()});
        }
    }

    /**
     * Opens a table.
     *
     * @throws Corrupt if its header, index or filter is damaged
     */
    static Table open(Path folder, FileEntry entry, BlockCache cache, VaultIdentity identity) throws IOException {
        return new Table(folder.resolve(entry.name()), entry, cache, identity);
    }

    FileEntry entry() {
        return entry;
    }

    void hold() {
        holders.incrementAndGet();
    }

    /** Lets go; true for the last holder. */
    boolean release() {
        return holders.decrementAndGet() == 0;
    }

    /** The row of a key, or null. */
    @Nullable
    Row get(byte[] key, long hash) throws IOException {
        if (!bloom.may(hash)) {
            return null;
        }
        int at = blockOf(key);
        if (at < 0) {
            return null;
        }
        Row[] rows = block(at);
        int place = lowerBound(rows, key);
        return place < rows.length && Arrays.equals(rows[place].key(), key) ? rows[place] : null;
    }

    /** The rows whose keys are not less than the one given. */
    Cursor from(byte[] key) {
        int first = Math.max(0, blockOf(key));
        return new Cursor() {
            private int at = first;
            private Row @Nullable [] rows;
            private int place;

            @Override
            public @Nullable Row next() throws IOException {
                if (rows == null) {
                    if (at >= places.size()) {
                        return null;
                    }
                    rows = block(at);
                    place = lowerBound(rows, key);
                }
                while (place >= rows.length) {
                    if (++at >= places.size()) {
                        return null;
                    }
                    rows = block(at);
                    place = 0;
                }
                return rows[place++];
            }
        };
    }

    /** The rows whose keys are less than the one given, the greatest first. */
    Cursor before(byte[] key) {
        return new Cursor() {
            private int at = blockOf(key);
            private Row @Nullable [] rows;
            private int place;

            @Override
            public @Nullable Row next() throws IOException {
                if (rows == null) {
                    if (at < 0) {
                        return null;
                    }
                    rows = block(at);
                    place = lowerBound(rows, key);
                }
                while (place == 0) {
                    if (--at < 0) {
                        return null;
                    }
                    rows = block(at);
                    place = rows.length;
                }
                return rows[--place];
            }
        };
    }

    /** The last block whose first key is not greater, or -1. */
    private int blockOf(byte[] key) {
        int low = 0;
        int high = firstKeys.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(firstKeys.get(middle), key) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private static int lowerBound(Row[] rows, byte[] key) {
        int low = 0;
        int high = rows.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(rows[middle].key(), key) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Row[] block(int at) throws IOException {
        Row[] rows = cache.find(entry.name(), at);
        if (rows == null) {
            rows = decode(places.get(at)[0], checked(places.get(at)[0], (int) places.get(at)[1]));
            cache.keep(entry.name(), at, rows);
        }
        return rows;
    }

    private Row[] decode(long offset, byte[] octets) throws Corrupt {
        List<Row> rows = new ArrayList<>();
        byte[] previous = new byte[0];
        try {
            BinaryReader reader = new BinaryReader(octets);
            while (reader.remaining() > 0) {
                int shared = reader.count();
                byte[] rest = reader.bytes();
                byte[] key = Arrays.copyOf(previous, shared + rest.length);
                System.arraycopy(rest, 0, key, shared, rest.length);
                int length = reader.count();
                rows.add(new Row(key, length == 0 ? null : reader.raw(length - 1)));
                previous = key;
            }
        } catch (Malformed broken) {
            throw new Corrupt(file, offset, broken.sentence());
        }
        return rows.toArray(Row[]::new);
    }

    private byte[] checked(long offset, int length) throws IOException {
        if (length < 0) {
            throw new Corrupt(file, offset, "a length is negative");
        }
        byte[] octets = Disk.read(file, offset, Math.addExact(length, 4));
        int stored = ByteBuffer.wrap(octets, length, 4).getInt();
        if (Disk.crc(octets, 0, length) != stored) {
            throw new Corrupt(file, offset, "the checksum of " + length + " octets is wrong");
        }
        return Arrays.copyOf(octets, length);
    }
}

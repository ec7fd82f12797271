package org.merpati.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * A finished checkpoint: the files that are the state up to a log index. It holds nothing that differs between copies.
 *
 * @param index the last log index whose effects the files hold
 * @param flush how many flushes there were
 * @param tables the oldest first
 * @param segments by number; only the last may be unsealed
 */
record Manifest(long index, long flush, List<TableEntry> tables, List<SegmentEntry> segments) {
    static final String NAME = "manifest";
    static final Manifest NONE = new Manifest(0, 0, List.of(), List.of());
    private static final int MAGIC = 0x4d50564d;

    /** A table: its level ({@link VaultLimits#level}) and the flushes that it covers. */
    record TableEntry(int level, long first, long last, FileEntry file) {}

    /** A segment of blobs. */
    record SegmentEntry(int number, boolean sealed, FileEntry file) {}

    Manifest {
        tables = List.copyOf(tables);
        segments = List.copyOf(segments);
    }

    static String tableName(long first, long last) {
        return String.format(Locale.ROOT, "%08d-%08d.table", first, last);
    }

    static String segmentName(int number) {
        return String.format(Locale.ROOT, "%08d.blobs", number);
    }

    /** Whether a file of that name belongs to vaults. */
    static boolean known(String name) {
        return name.equals(NAME) || name.matches("[0-9]{8,20}(-[0-9]{8,20})?\\.(table|blobs)");
    }

    /** The files, without the manifest's own. */
    List<FileEntry> files() {
        return Stream.concat(
                        tables.stream().map(TableEntry::file), segments.stream().map(SegmentEntry::file))
                .toList();
    }

    /** The lengths of the sealed segments but the newest, by number. */
    SortedMap<Integer, Long> droppable() {
        SortedMap<Integer, Long> lengths = new TreeMap<>();
        for (SegmentEntry segment : segments.subList(0, Math.max(0, segments.size() - 1))) {
            lengths.put(segment.number(), segment.file().length());
        }
        return lengths;
    }

    byte[] encode(VaultIdentity identity) {
        byte[] header = identity.header(MAGIC);
        BinaryWriter writer = new BinaryWriter(4096).raw(header, 0, header.length);
        writer.i64(index).i64(flush).varint(tables.size());
        for (TableEntry table : tables) {
            writer.u8(table.level).varint(table.first).varint(table.last);
            encode(table.file, writer);
        }
        writer.varint(segments.size());
        for (SegmentEntry segment : segments) {
            writer.varint(segment.number).flag(segment.sealed);
            encode(segment.file, writer);
        }
        byte[] octets = writer.toByteArray();
        return writer.i32(Disk.crc(octets, 0, octets.length)).toByteArray();
    }

    private static void encode(FileEntry file, BinaryWriter to) {
        to.text(file.name()).varint(file.length()).text(file.sha256());
    }

    private static FileEntry file(BinaryReader from) {
        String name = from.text();
        long length = from.varint();
        return new FileEntry(name, length, from.text());
    }

    /**
     * Reads a manifest.
     *
     * @param file where it is from, for the error
     * @throws Corrupt if a checksum or form is wrong
     * @throws org.merpati.kernel.Refused if it is another cluster's or group's, or of another format
     */
    static Manifest decode(byte[] octets, VaultIdentity identity, Path file) throws IOException {
        int end = octets.length - 4;
        if (end < 8 || Disk.crc(octets, 0, end) != ByteBuffer.wrap(octets).getInt(end)) {
            throw new Corrupt(file, 0, "the manifest's checksum is wrong");
        }
        int headerLength = identity.headerLength();
        byte[] header = Arrays.copyOf(octets, Math.min(headerLength, end));
        if (!Arrays.equals(header, identity.header(MAGIC))) {
            throw VaultIdentity.mismatch(octets, end, identity, MAGIC, file);
        }
        try {
            BinaryReader reader = new BinaryReader(octets, headerLength, end - headerLength);
            long index = reader.i64();
            long flush = reader.i64();
            List<TableEntry> tables = new ArrayList<>();
            for (int left = reader.count(); left > 0; left--) {
                int level = reader.u8();
                long first = reader.varint();
                tables.add(new TableEntry(level, first, reader.varint(), file(reader)));
            }
            List<SegmentEntry> segments = new ArrayList<>();
            for (int left = reader.count(); left > 0; left--) {
                int number = reader.count();
                segments.add(new SegmentEntry(number, reader.flag(), file(reader)));
            }
            return new Manifest(index, flush, tables, segments);
        } catch (Malformed broken) {
            throw new Corrupt(file, 0, broken.sentence());
        }
    }
}

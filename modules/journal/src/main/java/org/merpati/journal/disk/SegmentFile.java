package org.merpati.journal.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ObjLongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * One file of Ratis' log: eight octets of magic, then records of a length as varint, that many octets of a
 * {@code LogEntryProto}, and the CRC32C of both in four octets.
 *
 * @param start the index of the first record
 * @param end the index of the last record; empty in the file that is being written
 */
public record SegmentFile(Path path, long start, OptionalLong end) {
    private static final byte[] MAGIC = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final int CHECKSUM = 4;
    private static final int LONGEST_RECORD = 16 << 20;
    private static final long NEAR = 1 << 20;
    private static final Pattern NAME = Pattern.compile("log_(?:inprogress_(\\d+)|(\\d+)-(\\d+))");

    /** What lies behind the last record that is whole. */
    public enum Rest {
        /** Nothing. */
        NONE,
        /** Zeros, or the beginning of one record, or both: what a write leaves that was never finished. */
        TORN,
        /**
         * Whole records behind the end that the name of a closed file says: Ratis cut them off, because a leader took
         * them back, and renamed the file, and a crash undid the cut, which it does not sync.
         */
        TAKEN_BACK,
        /** Anything else. */
        DAMAGED
    }

    /**
     * What a file was found to hold.
     *
     * @param last the index of the last whole record that counts; {@code start - 1} if there is none
     * @param octets where that record ends
     * @param why what is wrong with a damaged rest, in words for people
     */
    public record Content(long last, int octets, Rest rest, String why) {}

    /** A whole record: where it ends, and its entry. */
    private record Found(int until, LogEntryProto entry) {}

    /** The file, if its name is one of the log's. */
    public static Optional<SegmentFile> of(Path path) {
        Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
        if (!name.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                name.group(1) != null
                        ? new SegmentFile(path, Long.parseLong(name.group(1)), OptionalLong.empty())
                        : new SegmentFile(
                                path, Long.parseLong(name.group(2)), OptionalLong.of(Long.parseLong(name.group(3)))));
    }

    /** Whether the file is the one that is being written. */
    public boolean open() {
        return end.isEmpty();
    }

    /**
     * Reads the whole file and hands on each whole record with where it begins.
     *
     * @throws IOException if the disk does not give it
     */
    public Content read(ObjLongConsumer<LogEntryProto> records) throws IOException {
        byte[] octets = Files.readAllBytes(path);
        int magic = Arrays.mismatch(octets, MAGIC);
        if (magic >= 0 && magic < MAGIC.length) {
            return zeros(octets, magic, octets.length)
                    ? new Content(start - 1, 0, Rest.TORN, "")
                    : new Content(start - 1, 0, Rest.DAMAGED, "its first octets are not those of a log");
        }
        int at = MAGIC.length;
        long next = start;
        int behindEnd = octets.length;
        while (at < octets.length) {
            Found found = record(octets, at);
            if (found == null) {
                String why = damage(octets, at, next);
                return new Content(next - 1, at, why.isEmpty() ? Rest.TORN : Rest.DAMAGED, why);
            }
            if (found.entry.getIndex() != next) {
                String why =
                        "entry " + found.entry.getIndex() + " stands at octet " + at + " in the place of entry " + next;
                return new Content(next - 1, at, Rest.DAMAGED, why);
            }
            if (next <= end.orElse(Long.MAX_VALUE)) {
                records.accept(found.entry, at);
                behindEnd = found.until;
            }
            at = found.until;
            next++;
        }
        return behindEnd < at
                ? new Content(end.orElseThrow(), behindEnd, Rest.TAKEN_BACK, "")
                : new Content(next - 1, at, Rest.NONE, "");
    }

    private static boolean zeros(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The record that begins there, if it is whole and its checksum is right. */
    private static @Nullable Found record(byte[] octets, int at) {
        long length = varint(octets, at);
        int begin = at + width(length);
        if (length <= 0 || length > octets.length - begin - CHECKSUM) {
            return null;
        }
        int end = begin + (int) length;
        CRC32C sum = new CRC32C();
        sum.update(octets, at, end - at);
        if ((int) sum.getValue() != checksum(octets, end)) {
            return null;
        }
        try {
            LogEntryProto entry = LogEntryProto.parseFrom(UnsafeByteOperations.unsafeWrap(octets, begin, end - begin));
            return new Found(end + CHECKSUM, entry);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** Why what begins there is more than the end of a write that was never finished; empty if it is just that. */
    private static String damage(byte[] octets, int at, long index) {
        String where = "the record of entry " + index + " at octet " + at;
        int written = octets.length;
        while (written > at && octets[written - 1] == 0) {
            written--;
        }
        if (written == at) {
            return "";
        }
        for (int i = at + 1; i < written; i++) {
            if (beginsEntry(octets, i, index) && record(octets, i) != null) {
                return where + " is broken, and the one at octet " + i + " behind it is whole";
            }
        }
        if (wholeButForItsLength(octets, at)) {
            return where + " is whole but for its length";
        }
        long length = varint(octets, at);
        if (length == 0 || length > LONGEST_RECORD) {
            return where + " has the impossible length " + length;
        }
        long end = at + width(length) + length + CHECKSUM;
        boolean partial = length < 0 || end > octets.length || written <= end - CHECKSUM;
        return partial ? "" : where + " has a wrong checksum";
    }

    /** Whether a record of an entry not far behind the index may begin there; cheap, and seldom wrong. */
    private static boolean beginsEntry(byte[] octets, int at, long index) {
        long length = varint(octets, at);
        int term = at + width(length);
        if (length <= 0 || term >= octets.length || octets[term] != tag(LogEntryProto.TERM_FIELD_NUMBER)) {
            return false;
        }
        int tag = term + 1 + width(varint(octets, term + 1));
        if (tag >= octets.length || octets[tag] != tag(LogEntryProto.INDEX_FIELD_NUMBER)) {
            return false;
        }
        long found = varint(octets, tag + 1);
        return found > index && found < index + NEAR;
    }

    private static byte tag(int field) {
        return (byte) (field << 3);
    }

    private static boolean wholeButForItsLength(byte[] octets, int at) {
        for (int width = 1; width <= 4; width++) {
            int length = octets.length - at - width - CHECKSUM;
            if (length > 0 && width(length) == width) {
                CRC32C sum = new CRC32C();
                for (int i = 0; i < width; i++) {
                    sum.update(((length >>> (7 * i)) & 0x7f) | (i < width - 1 ? 0x80 : 0));
                }
                sum.update(octets, at + width, length);
                if ((int) sum.getValue() == checksum(octets, octets.length - CHECKSUM)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int checksum(byte[] octets, int at) {
        return (octets[at] & 0xff) << 24
                | (octets[at + 1] & 0xff) << 16
                | (octets[at + 2] & 0xff) << 8
                | (octets[at + 3] & 0xff);
    }

    /** The number that begins there; below zero if it does not end. */
    private static long varint(byte[] octets, int at) {
        long value = 0;
        for (int i = 0; i < 9 && at + i < octets.length; i++) {
            value |= (long) (octets[at + i] & 0x7f) << (7 * i);
            if (octets[at + i] >= 0) {
                return value;
            }
        }
        return at + 9 > octets.length ? -1 : Long.MAX_VALUE;
    }

    private static int width(long value) {
        return value < 0 ? 0 : Math.max(1, (63 - Long.numberOfLeadingZeros(value)) / 7 + 1);
    }
}

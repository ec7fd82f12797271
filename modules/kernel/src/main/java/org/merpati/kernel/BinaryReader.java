package org.merpati.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link BinaryWriter} writes. Every read past the end, or of a length past it, is {@link Malformed}. */
public final class BinaryReader {
    private final byte[] buffer;
    private final int end;
    private int position;

    public BinaryReader(byte[] buffer) {
        this(buffer, 0, buffer.length);
    }

    public BinaryReader(byte[] buffer, int offset, int length) {
        this.buffer = buffer;
        this.position = offset;
        this.end = offset + length;
    }

    private int take(int length) {
        if (length < 0 || length > end - position) {
            throw new Malformed("a record ends early: " + length + " octets wanted, " + (end - position) + " left");
        }
        int from = position;
        position += length;
        return from;
    }

    /** One octet, 0 to 255. */
    public int u8() {
        return buffer[take(1)] & 0xff;
    }

    /** Four octets, big-endian. */
    public int i32() {
        int from = take(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (buffer[from + i] & 0xff);
        }
        return value;
    }

    /** Eight octets, big-endian. */
    public long i64() {
        int from = take(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = (value << 8) | (buffer[from + i] & 0xff);
        }
        return value;
    }

    /** An unsigned integer in one to ten octets. */
    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int octet = u8();
            value |= (long) (octet & 0x7f) << shift;
            if ((octet & 0x80) == 0) {
                return value;
            }
        }
        throw new Malformed("an integer has more than ten octets");
    }

    /** A varint that counts or measures what follows: never negative, never beyond an int. */
    public int count() {
        long value = varint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new Malformed("a count of " + Long.toUnsignedString(value) + " is out of range");
        }
        return (int) value;
    }

    /** A boolean. */
    public boolean flag() {
        return u8() != 0;
    }

    /** An id. */
    public Id id() {
        long high = i64();
        return new Id(high, i64());
    }

    /** Octets behind their length. */
    public byte[] bytes() {
        return raw(count());
    }

    /** UTF-8 text behind its length. */
    public String text() {
        int length = count();
        int from = take(length);
        return new String(buffer, from, length, StandardCharsets.UTF_8);
    }

    /** Octets of a known length. */
    public byte[] raw(int length) {
        int from = take(length);
        return Arrays.copyOfRange(buffer, from, from + length);
    }

    /** The octets not yet read. */
    public int remaining() {
        return end - position;
    }

    /** The place of the next octet in the array that was handed in. */
    public int position() {
        return position;
    }

    /** Passes over octets. */
    public BinaryReader skip(int length) {
        take(length);
        return this;
    }
}

package org.merpati.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the binary form of commands, rows and messages between nodes: big-endian numbers, variable-length unsigned
 * integers (7 bits an octet, low first), and octet strings behind their length.
 */
public final class BinaryWriter {
    private byte[] buffer;
    private int size;

    public BinaryWriter() {
        this(64);
    }

    public BinaryWriter(int capacity) {
        buffer = new byte[Math.max(16, capacity)];
    }

    private void room(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, Math.addExact(size, more)));
        }
    }

    /** One octet. */
    public BinaryWriter u8(int value) {
        room(1);
        buffer[size++] = (byte) value;
        return this;
    }

    /** Four octets, big-endian. */
    public BinaryWriter i32(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            buffer[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** Eight octets, big-endian. */
    public BinaryWriter i64(long value) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** An unsigned integer in one to ten octets. */
    public BinaryWriter varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[size++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
        return this;
    }

    /** A boolean in one octet. */
    public BinaryWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** An id in sixteen octets. */
    public BinaryWriter id(Id value) {
        return i64(value.high()).i64(value.low());
    }

    /** Octets behind their length. */
    public BinaryWriter bytes(byte[] value) {
        return varint(value.length).raw(value, 0, value.length);
    }

    /** UTF-8 text behind its length in octets. */
    public BinaryWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Octets without a length. */
    public BinaryWriter raw(byte[] value, int offset, int length) {
        room(length);
        System.arraycopy(value, offset, buffer, size, length);
        size += length;
        return this;
    }

    /** The octets written so far. */
    public int size() {
        return size;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }
}

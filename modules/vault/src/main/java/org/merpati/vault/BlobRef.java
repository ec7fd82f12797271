package org.merpati.vault;

import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * Where a blob lies.
 *
 * @param segment the segment's number
 * @param offset of the blob's header in the segment
 * @param length of the blob itself, in octets
 */
public record BlobRef(int segment, long offset, int length) {
    /** Writes the binary form. */
    public void write(BinaryWriter to) {
        to.varint(segment).varint(offset).varint(length);
    }

    /** Reads the binary form. */
    public static BlobRef read(BinaryReader from) {
        int segment = from.count();
        long offset = from.varint();
        return new BlobRef(segment, offset, from.count());
    }
}

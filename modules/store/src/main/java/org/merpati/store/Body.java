package org.merpati.store;

import java.io.IOException;
import java.io.InputStream;

/** A message's octets at rest or in hand, of known length; they can be read more than once. */
public interface Body {
    /** The length in octets. */
    int size();

    /**
     * Opens the octets from an offset; the caller closes.
     *
     * @throws IOException if the disk fails or a checksum is wrong
     */
    InputStream open(int offset) throws IOException;

    /**
     * All octets.
     *
     * @throws IOException if the disk fails or a checksum is wrong
     */
    default byte[] bytes() throws IOException {
        try (InputStream in = open(0)) {
            return in.readNBytes(size());
        }
    }

    /** A body in memory; the array is not copied. */
    static Body of(byte[] octets) {
        return new Body() {
            @Override
            public int size() {
                return octets.length;
            }

            @Override
            public InputStream open(int offset) {
                return new java.io.ByteArrayInputStream(octets, offset, octets.length - offset);
            }

            @Override
            public byte[] bytes() {
                return octets;
            }
        };
    }
}

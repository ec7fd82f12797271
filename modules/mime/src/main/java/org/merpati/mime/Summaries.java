package org.merpati.mime;

import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/** Makes {@link Summary}s from octets, and their binary form. */
final class Summaries {
    private Summaries() {}

    static Summary of(byte[] message) {
        throw new UnsupportedOperationException("octets: " + message.length);
    }

    static void write(Summary summary, BinaryWriter to) {
        throw new UnsupportedOperationException(summary + " to " + to.size());
    }

    static Summary read(BinaryReader from) {
        throw new UnsupportedOperationException("octets: " + from.remaining());
    }
}

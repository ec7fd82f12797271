package org.merpati.mta;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;

/** A message's octets on their way, of known length; they can be read more than once. */
public interface MailBody {
    /** The length in octets. */
    int size();

    /**
     * Opens the octets from the first; the caller closes.
     *
     * @throws IOException if the disk fails
     */
    InputStream open() throws IOException;

    /** Writes all octets. */
    default void writeTo(OutputStream out) throws IOException {
        try (InputStream in = open()) {
            in.transferTo(out);
        }
    }

    /** A body in memory; the array is not copied. */
    static MailBody of(byte[] octets) {
        return new MailBody() {
            @Override
            public int size() {
                return octets.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(octets);
            }
        };
    }

    /** This body behind more octets. */
    default MailBody behind(byte[] first) {
        MailBody rest = this;
        return new MailBody() {
            @Override
            public int size() {
                return first.length + rest.size();
            }

            @Override
            public InputStream open() throws IOException {
                return new SequenceInputStream(new ByteArrayInputStream(first), rest.open());
            }
        };
    }
}

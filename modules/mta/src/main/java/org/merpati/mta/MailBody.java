package org.merpati.mta;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.List;

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

    /** Octets of a body, {@code [start, end)}. */
    record Range(int start, int end) {}

    /**
     * This body without some ranges, which are in order and near its beginning: what is before the end of the last is
     * held in memory.
     *
     * @throws IOException if the disk fails
     */
    default MailBody without(List<Range> ranges) throws IOException {
        if (ranges.isEmpty()) {
            return this;
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        int end = ranges.getLast().end();
        try (InputStream in = open()) {
            byte[] first = in.readNBytes(end);
            int from = 0;
            for (Range range : ranges) {
                kept.write(first, from, range.start() - from);
                from = range.end();
            }
        }
        MailBody whole = this;
        MailBody rest = new MailBody() {
            @Override
            public int size() {
                return whole.size() - end;
            }

            @Override
            public InputStream open() throws IOException {
                InputStream in = whole.open();
                in.skipNBytes(end);
                return in;
            }
        };
        return rest.behind(kept.toByteArray());
    }
}

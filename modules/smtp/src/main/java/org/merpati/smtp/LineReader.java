package org.merpati.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an SMTP stream: command lines that end with CRLF or LF, and mail data (RFC 5321 §4.5.2), whose end is CRLF, a
 * dot and CRLF, and nothing else.
 */
final class LineReader {
    /** A line is longer than the limit; what is left of it has been read. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1;

        TooLong(int limit) {
            super("a line has more than " + limit + " octets");
        }
    }

    /** What was wrong with mail data that has been read to its end. */
    enum Data {
        WELL_FORMED,
        BARE_LINE_END,
        TOO_LONG
    }

    private static final int CHUNK = 8192;
    private static final int ATTEMPTS_OF_FLOOD = 64;

    private final InputStream in;
    private final byte[] buffer = new byte[CHUNK];
    private int at;
    private int end;

    LineReader(InputStream in) {
        this.in = in;
    }

    /** Whether the next read will not wait. */
    boolean ready() throws IOException {
        return at < end || in.available() > 0;
    }

    /** Drops what has been received and not read: octets in clear before TLS. */
    void drop() {
        at = 0;
        end = 0;
    }

    private boolean fill() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(buffer, 0, CHUNK));
        }
        return end > 0;
    }

    /**
     * A line with its line end; null at the end of the stream.
     *
     * @throws TooLong if it has more octets than the limit
     */
    byte @Nullable [] line(int limit) throws IOException {
        byte[] line = new byte[128];
        int size = 0;
        boolean tooLong = false;
        for (int flood = 0; fill(); ) {
            byte octet = buffer[at++];
            if (size < limit) {
                if (size == line.length) {
                    line = Arrays.copyOf(line, size * 2);
                }
                line[size++] = octet;
            } else {
                tooLong = true;
                flood++;
                if (flood > limit * ATTEMPTS_OF_FLOOD) {
                    return null;
                }
            }
            if (octet == '\n') {
                if (tooLong) {
                    throw new TooLong(limit);
                }
                return Arrays.copyOf(line, size);
            }
        }
        return null;
    }

    /** Where the scanner of mail data stands: what the last octets were. */
    private enum Scan {
        /** At the beginning of a line, after CRLF. */
        START,
        /** After a dot at the beginning of a line. */
        DOT,
        /** After a dot and CR at the beginning of a line. */
        DOT_CR,
        /** Within a line. */
        TEXT,
        /** After CR within a line. */
        CR
    }

    /**
     * Copies mail data without its transparency dots up to and without the final dot line.
     *
     * @param limit octets at most; what exceeds it is read and dropped
     * @throws IOException if the stream ends before the data does
     */
    Data data(java.io.OutputStream to, int limit) throws IOException {
        Scan scan = Scan.START;
        boolean bare = false;
        long written = 0;
        byte[] out = new byte[CHUNK + 2];
        while (fill()) {
            int n = 0;
            boolean over = false;
            while (at < end && !over) {
                byte b = buffer[at++];
                switch (scan) {
                    case START -> {
                        if (b == '.') {
                            scan = Scan.DOT;
                        } else {
                            out[n++] = b;
                            bare |= b == '\n';
                            scan = b == '\r' ? Scan.CR : Scan.TEXT;
                        }
                    }
                    case DOT -> {
                        if (b == '\r') {
                            scan = Scan.DOT_CR;
                        } else {
                            out[n++] = b;
                            bare |= b == '\n';
                            scan = Scan.TEXT;
                        }
                    }
                    case DOT_CR -> {
                        if (b == '\n') {
                            over = true;
                        } else {
                            out[n++] = '\r';
                            out[n++] = b;
                            bare = true;
                            scan = Scan.TEXT;
                        }
                    }
                    case TEXT -> {
                        out[n++] = b;
                        bare |= b == '\n';
                        scan = b == '\r' ? Scan.CR : Scan.TEXT;
                    }
                    case CR -> {
                        out[n++] = b;
                        bare |= b != '\n';
                        scan = b == '\n' ? Scan.START : b == '\r' ? Scan.CR : Scan.TEXT;
                    }
                }
            }
            int allowed = (int) Math.max(0, Math.min(n, limit - written));
            to.write(out, 0, allowed);
            written += n;
            if (over) {
                return bare ? Data.BARE_LINE_END : written > limit ? Data.TOO_LONG : Data.WELL_FORMED;
            }
        }
        throw new java.io.EOFException("the peer went away within a message");
    }
}

package org.merpati.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;

/**
 * Reads IMAP commands whole: lines with the literals in them (RFC 9051 §4.3, RFC 7888). A literal's size is judged
 * before its octets are asked for; one that was sent unasked and is too large is passed over. Nothing is read beyond
 * the command, so that a connection can be handed on behind it.
 */
public final class PreLoginLines {
    private static final byte[] GO_ON = "+ go on\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SMALL = 512;
    /** The largest unasked literal that is read away rather than answered with a closed connection. */
    private static final long PASS_LIMIT = 256L * 1024 * 1024;

    private final Connection connection;
    private final int lineLimit;
    private int commandLimit;
    private int appendLimit;
    private byte[] buffer = new byte[SMALL];
    private int size;

    /**
     * @param lineLimit the most octets of a line
     * @param commandLimit the most octets of a command with its literals
     * @param appendLimit the most octets of the literals of an APPEND or REPLACE together; zero where there are none
     */
    public PreLoginLines(Connection connection, int lineLimit, int commandLimit, int appendLimit) {
        this.connection = connection;
        this.lineLimit = lineLimit;
        this.commandLimit = commandLimit;
        this.appendLimit = appendLimit;
    }

    /** A single line without its end; null when the peer has gone. */
    public byte @Nullable [] line() throws IOException {
        size = 0;
        return readLine() ? Arrays.copyOf(buffer, size) : null;
    }

    /**
     * A command: its lines and literals as they were sent, without the last line end; null when the peer has gone.
     *
     * @throws Malformed if it exceeds a limit; it has been passed over then, and {@link #tag} is its tag
     * @throws Refused if a message to be appended is too large (RFC 7889 §4); it has been passed over too
     */
    public byte @Nullable [] command() throws IOException {
        size = 0;
        int literals = 0;
        while (readLine()) {
            int open = literalStart();
            if (open < 0) {
                byte[] command = Arrays.copyOf(buffer, size);
                shrink();
                return command;
            }
            boolean unasked = buffer[size - 2] == '+';
            long length = literalSize(open, unasked ? size - 2 : size - 1);
            long limit = appends() ? (long) appendLimit - literals : (long) commandLimit - size;
            if (length > limit) {
                refuse(length, unasked);
            }
            if (!unasked) {
                connection.out().write(GO_ON);
                connection.out().flush();
            }
            room((int) length + 2);
            buffer[size++] = '\r';
            buffer[size++] = '\n';
            if (connection.in().readNBytes(buffer, size, (int) length) < length) {
                return null;
            }
            size += (int) length;
            literals += (int) length;
        }
        return null;
    }

    /** Lets go of the memory that a large command took. */
    private void shrink() {
        if (buffer.length > lineLimit) {
            buffer = new byte[SMALL];
            size = 0;
        }
    }

    /** The tag of the command that was read last, or {@code *} if it had none. */
    public String tag() {
        int end = 0;
        while (end < size && end < 64 && buffer[end] > ' ' && buffer[end] != '+' && buffer[end] < 127) {
            end++;
        }
        boolean found = end > 0 && end < size && buffer[end] == ' ';
        return found ? new String(buffer, 0, end, StandardCharsets.US_ASCII) : "*";
    }

    private boolean appends() {
        if (appendLimit == 0) {
            return false;
        }
        String start = new String(buffer, 0, Math.min(size, 80), StandardCharsets.ISO_8859_1);
        int space = start.indexOf(' ');
        String command = start.substring(space + 1).toUpperCase(Locale.ROOT);
        return space > 0
                && (command.startsWith("APPEND ")
                        || command.startsWith("REPLACE ")
                        || command.startsWith("UID REPLACE "));
    }

    private void refuse(long length, boolean unasked) throws IOException {
        if (unasked) {
            if (length > PASS_LIMIT) {
                OutputStream out = connection.out();
                out.write("* BYE [TOOBIG] the literal is too large\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
                throw new IOException("an unasked literal of " + length + " octets");
            }
            connection.in().skipNBytes(length);
            int kept = size;
            passLine();
            size = kept;
        }
        String sentence = "the literal of " + length + " octets is too large";
        if (appends()) {
            throw new Refused(Refused.Reason.LIMIT, sentence);
        }
        throw new Malformed(sentence);
    }

    /** Reads a line onto the buffer; false when the peer has gone. */
    private boolean readLine() throws IOException {
        InputStream in = connection.in();
        int start = size;
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                return false;
            }
            if (octet == '\n') {
                if (size > start && buffer[size - 1] == '\r') {
                    size--;
                }
                return true;
            }
            if (size - start >= lineLimit) {
                passLine();
                throw new Malformed("the line is longer than " + lineLimit + " octets");
            }
            if (size == buffer.length) {
                room(1);
            }
            buffer[size++] = (byte) octet;
        }
    }

    private void passLine() throws IOException {
        InputStream in = connection.in();
        int octet = in.read();
        while (octet >= 0 && octet != '\n') {
            octet = in.read();
        }
    }

    private void room(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.min(buffer.length * 2, 1 << 20), size + more));
        }
    }

    /** Where <code>{n}</code> or <code>{n+}</code> begins at the end of what was read, or -1. */
    private int literalStart() {
        int at = size - 1;
        if (at < 2 || buffer[at] != '}') {
            return -1;
        }
        at--;
        if (buffer[at] == '+') {
            at--;
        }
        int digits = at;
        while (at > 0 && buffer[at] >= '0' && buffer[at] <= '9') {
            at--;
        }
        return at < digits && buffer[at] == '{' ? at : -1;
    }

    private long literalSize(int open, int end) {
        long length = 0;
        for (int i = open + 1; i < end && length < Integer.MAX_VALUE * 4L; i++) {
            length = length * 10 + (buffer[i] - '0');
        }
        return length;
    }
}

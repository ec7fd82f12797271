package org.merpati.imap.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.Flags;
import org.merpati.store.Body;

/** What goes to the client, put together as octets in one buffer. Numbers and flags make no garbage. */
public final class Reply {
    private static final int SIZE = 16 * 1024;
    private static final int QUOTED_LIMIT = 1_000;
    private static final byte[][] SYSTEM_FLAGS = systemFlags();
    private static final byte[] RECENT = ascii("\\Recent");
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final long DAY = 86_400_000L;

    private final OutputStream out;
    private final byte[] buffer = new byte[SIZE];
    private int size;
    private int last = '\n';
    private boolean inLiteral;

    public Reply(OutputStream out) {
        this.out = out;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[][] systemFlags() {
        byte[][] texts = new byte[32][];
        for (int mask = 0; mask < texts.length; mask++) {
            texts[mask] = ascii(new Flags(mask, List.of()).toString());
        }
        return texts;
    }

    private void room(int more) throws IOException {
        if (SIZE - size < more) {
            drain();
        }
    }

    private void drain() throws IOException {
        if (size > 0) {
            last = buffer[size - 1];
            out.write(buffer, 0, size);
            size = 0;
        }
    }

    /** Sends what is in the buffer. */
    public void flush() throws IOException {
        drain();
        out.flush();
    }

    /** Whether a line has been begun and not ended: after a failure the stream cannot be mended then. */
    public boolean midLine() {
        return inLiteral || (size > 0 ? buffer[size - 1] : last) != '\n';
    }

    /** Text whose characters are octets, without a line end in it. */
    public Reply put(String latin) throws IOException {
        int length = latin.length();
        for (int from = 0; from < length; from += SIZE) {
            int part = Math.min(SIZE, length - from);
            room(part);
            for (int i = 0; i < part; i++) {
                buffer[size++] = (byte) latin.charAt(from + i);
            }
        }
        return this;
    }

    public Reply put(char c) throws IOException {
        room(1);
        buffer[size++] = (byte) c;
        return this;
    }

    public Reply put(byte[] octets) throws IOException {
        return put(octets, 0, octets.length);
    }

    public Reply put(byte[] octets, int from, int length) throws IOException {
        if (length > SIZE / 2) {
            drain();
            out.write(octets, from, length);
            last = octets[from + length - 1];
            return this;
        }
        room(length);
        System.arraycopy(octets, from, buffer, size, length);
        size += length;
        return this;
    }

    /** A number that is not negative. */
    public Reply put(long number) throws IOException {
        room(20);
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = size + digits - 1; i >= size; i--) {
            buffer[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += digits;
        return this;
    }

    public Reply line() throws IOException {
        room(2);
        buffer[size++] = '\r';
        buffer[size++] = '\n';
        return this;
    }

    /** A tagged answer. */
    public void answer(String tag, Answer answer) throws IOException {
        put(tag).put(' ').utf8(answer.text()).line();
    }

    /** Text in UTF-8 without line ends, as a human reads it. */
    public Reply utf8(String text) throws IOException {
        return put(text.replace('\r', ' ').replace('\n', ' ').getBytes(StandardCharsets.UTF_8));
    }

    /** {@code NIL} or a string. */
    public Reply nstring(Optional<String> latin) throws IOException {
        return latin.isPresent() ? string(latin.get()) : put("NIL");
    }

    /** A mailbox's name: a quoted string also where its octets are UTF-8 (RFC 6855 §3). */
    public Reply name(String octets) throws IOException {
        return string(octets, 255);
    }

    /** A quoted string or, where that cannot be, a literal; NUL, which neither can hold, becomes a space. */
    public Reply string(String latin) throws IOException {
        return string(latin, 126);
    }

    private Reply string(String latin, int last) throws IOException {
        if (latin.length() > QUOTED_LIMIT) {
            return literal(latin);
        }
        int escapes = 0;
        for (int i = 0; i < latin.length(); i++) {
            char c = latin.charAt(i);
            if (c < ' ' || c == 127 || c > last) {
                return literal(latin);
            }
            escapes += c == '"' || c == '\\' ? 1 : 0;
        }
        room(latin.length() + escapes + 2);
        buffer[size++] = '"';
        for (int i = 0; i < latin.length(); i++) {
            char c = latin.charAt(i);
            if (c == '"' || c == '\\') {
                buffer[size++] = '\\';
            }
            buffer[size++] = (byte) c;
        }
        buffer[size++] = '"';
        return this;
    }

    private Reply literal(String latin) throws IOException {
        put('{').put(latin.length()).put('}').line();
        return put(latin.replace('\0', ' '));
    }

    /** Octets as a literal. */
    public Reply literal(byte[] octets, int from, int length) throws IOException {
        put('{').put(length).put('}').line();
        return put(octets, from, length);
    }

    /**
     * A stretch of a body as a literal, streamed.
     *
     * @throws UncheckedIOException if the body cannot be read
     */
    public void literal(Body body, int from, int length) throws IOException {
        put('{').put(length).put('}').line();
        if (length == 0) {
            return;
        }
        inLiteral = true;
        int left = length;
        try (InputStream in = open(body, from)) {
            while (left > 0) {
                room(1);
                int got = read(in, Math.min(left, SIZE - size));
                size += got;
                left -= got;
            }
        }
        inLiteral = false;
    }

    private static InputStream open(Body body, int from) {
        try {
            return body.open(from);
        } catch (IOException disk) {
            throw new UncheckedIOException(disk);
        }
    }

    private int read(InputStream in, int length) {
        try {
            int got = in.read(buffer, size, length);
            if (got <= 0) {
                throw new java.io.EOFException("a body ends before its size");
            }
            return got;
        } catch (IOException disk) {
            throw new UncheckedIOException(disk);
        }
    }

    /** A message's flags in parentheses. */
    public Reply flags(Flags flags, boolean recent) throws IOException {
        put('(').put(SYSTEM_FLAGS[flags.system() & 31]);
        boolean first = (flags.system() & 31) == 0;
        for (String keyword : flags.keywords()) {
            if (!first) {
                put(' ');
            }
            put(keyword);
            first = false;
        }
        if (recent) {
            if (!first) {
                put(' ');
            }
            put(RECENT);
        }
        return put(')');
    }

    /** A date-time in quotes, in UTC (RFC 9051 §9). */
    public Reply dateTime(long millis) throws IOException {
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(millis, DAY));
        int second = (int) (Math.floorMod(millis, DAY) / 1_000);
        room(40);
        put('"').two(date.getDayOfMonth(), ' ').put('-');
        int month = (date.getMonthValue() - 1) * 3;
        put(MONTHS.charAt(month))
                .put(MONTHS.charAt(month + 1))
                .put(MONTHS.charAt(month + 2))
                .put('-');
        int year = Math.clamp(date.getYear(), 0, 9_999);
        two(year / 100, '0').two(year % 100, '0').put(' ');
        two(second / 3_600, '0').put(':').two(second / 60 % 60, '0').put(':').two(second % 60, '0');
        return put(" +0000\"");
    }

    private Reply two(int number, char pad) throws IOException {
        put(number < 10 ? pad : (char) ('0' + number / 10));
        return put((char) ('0' + number % 10));
    }
}

package org.merpati.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.merpati.kernel.Malformed;

/**
 * The words of an IMAP command (RFC 9051 §9): atoms, numbers and strings, one after the other. Only {@link Malformed}
 * is thrown.
 */
public class PreLoginWords {
    private static final String ATOM_SPECIALS = "(){ %*\"\\]";

    private final byte[] octets;
    private int at;

    public PreLoginWords(byte[] octets) {
        this.octets = octets;
    }

    /** Whether a character may stand in an atom; {@code ]} not. */
    private static boolean isAtom(int c) {
        return c > ' ' && c < 127 && ATOM_SPECIALS.indexOf(c) < 0;
    }

    /** The next octet, or -1 at the end. */
    public final int peek() {
        return at < octets.length ? octets[at] & 0xff : -1;
    }

    /** The octet that follows the next one by a distance, or -1. */
    public final int peek(int distance) {
        return at + distance < octets.length ? octets[at + distance] & 0xff : -1;
    }

    /** Takes a character if it is the next one. */
    public final boolean take(char c) {
        if (peek() == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Takes a character that must be the next one. */
    public final void expect(char c) {
        if (!take(c)) {
            throw wrong("'" + c + "'");
        }
    }

    /** Takes a space. */
    public final void space() {
        if (!take(' ')) {
            throw wrong("a space");
        }
    }

    /** Whether everything was taken. */
    public final boolean atEnd() {
        return at >= octets.length;
    }

    /** Ends the command: nothing may follow but white space, which some clients send. */
    public final void end() {
        while (take(' ')) {}
        if (!atEnd()) {
            throw wrong("the end of the command");
        }
    }

    /** What is said when something else was expected here. */
    public final Malformed wrong(String expected) {
        return new Malformed(expected + " is missing at octet " + (at + 1) + " of the command");
    }

    /** A tag. */
    public final String tag() {
        int from = at;
        while (at < octets.length && (isAtom(octets[at]) || octets[at] == ']') && octets[at] != '+') {
            at++;
        }
        return some(from, "a tag");
    }

    /** An atom. */
    public final String atom() {
        int from = at;
        while (at < octets.length && isAtom(octets[at])) {
            at++;
        }
        return some(from, "a word");
    }

    /** Characters as long as they are atom characters or among others. */
    public final String atomWith(String others) {
        int from = at;
        while (at < octets.length && (isAtom(octets[at]) || others.indexOf(octets[at]) >= 0)) {
            at++;
        }
        return some(from, "a word");
    }

    private String some(int from, String expected) {
        if (at == from) {
            throw wrong(expected);
        }
        return new String(octets, from, at - from, StandardCharsets.US_ASCII);
    }

    /** A number of at most the given size. */
    public final long number(long most) {
        int from = at;
        long value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = value * 10 + (octets[at++] - '0');
            if (value > most) {
                throw new Malformed("the number at octet " + (from + 1) + " is larger than " + most);
            }
        }
        if (at == from) {
            throw wrong("a number");
        }
        return value;
    }

    /** A quoted string or literal. */
    public final byte[] string() {
        return switch (peek()) {
            case '"' -> quoted();
            case '{' -> literal();
            default -> throw wrong("a string");
        };
    }

    /** An atom, quoted string or literal as octets. */
    public final byte[] astringOctets() {
        int c = peek();
        return c == '"' || c == '{' ? string() : atomWith("]").getBytes(StandardCharsets.US_ASCII);
    }

    /** An atom, quoted string or literal as UTF-8 text. */
    public final String astring() {
        return new String(astringOctets(), StandardCharsets.UTF_8);
    }

    private byte[] quoted() {
        at++;
        byte[] value = new byte[Math.min(octets.length - at, 256)];
        int size = 0;
        while (at < octets.length) {
            byte c = octets[at++];
            if (c == '"') {
                return Arrays.copyOf(value, size);
            }
            if (c == '\\') {
                if (peek() != '"' && peek() != '\\') {
                    throw new Malformed("a backslash quotes only itself and quotes, at octet " + at);
                }
                c = octets[at++];
            } else if (c == '\r' || c == '\n' || c == 0) {
                throw new Malformed("a quoted string has a line end or NUL at octet " + at);
            }
            if (size == value.length) {
                value = Arrays.copyOf(value, size * 2);
            }
            value[size++] = c;
        }
        throw wrong("the quote that ends a string");
    }

    /** A literal. */
    public final byte[] literal() {
        expect('{');
        int length = (int) number(Integer.MAX_VALUE);
        take('+');
        expect('}');
        expect('\r');
        expect('\n');
        if (length > octets.length - at) {
            throw wrong("the rest of a literal");
        }
        at += length;
        return Arrays.copyOfRange(octets, at - length, at);
    }
}

package org.merpati.mime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A header field by its place in the octets of a message: {@code [start, end)} with its folds and the line end,
 * {@code valueStart} behind the colon. A line without a colon is no field.
 *
 * @param name as written
 */
public record HeaderField(String name, int start, int valueStart, int end) {
    private static final int NAME_LIMIT = 256;

    /** The fields of the header in {@code [from, to)}, in order; at most the given number. */
    public static List<HeaderField> list(byte[] octets, int from, int to, int limit) {
        List<HeaderField> fields = new ArrayList<>();
        int at = from;
        while (at < to && fields.size() < limit) {
            int end = Lines.next(octets, at, to);
            while (end < to && (octets[end] == ' ' || octets[end] == '\t')) {
                end = Lines.next(octets, end, to);
            }
            HeaderField field = at(octets, at, end);
            if (field != null) {
                fields.add(field);
            }
            at = end;
        }
        return fields;
    }

    private static @org.jspecify.annotations.Nullable HeaderField at(byte[] octets, int start, int end) {
        int limit = Math.min(end, start + NAME_LIMIT);
        int colon = start;
        while (colon < limit && octets[colon] != ':' && octets[colon] != '\n') {
            colon++;
        }
        if (colon == limit || octets[colon] != ':') {
            return null;
        }
        int nameEnd = colon;
        while (nameEnd > start && (octets[nameEnd - 1] == ' ' || octets[nameEnd - 1] == '\t')) {
            nameEnd--;
        }
        if (nameEnd == start) {
            return null;
        }
        return new HeaderField(latin(octets, start, nameEnd), start, colon + 1, end);
    }

    static String latin(byte[] octets, int from, int to) {
        return new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** The raw value as ISO-8859-1 characters, unfolded and without white space around it. */
    public String value(byte[] octets) {
        return unfold(latin(octets, valueStart, end));
    }

    /** The raw value as {@link #value(byte[])} gives it, cut off after a number of octets. */
    public String value(byte[] octets, int limit) {
        return unfold(latin(octets, valueStart, (int) Math.min(end, (long) valueStart + limit)));
    }

    /** Takes the line ends out of a value and the white space from around it. */
    static String unfold(String folded) {
        int length = folded.length();
        int from = 0;
        while (from < length && isSpace(folded.charAt(from))) {
            from++;
        }
        int to = length;
        while (to > from && isSpace(folded.charAt(to - 1))) {
            to--;
        }
        if (folded.indexOf('\n', from) < 0 && folded.indexOf('\r', from) < 0) {
            return folded.substring(from, to);
        }
        StringBuilder text = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = folded.charAt(i);
            if (c != '\r' && c != '\n') {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}

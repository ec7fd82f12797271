package org.merpati.mime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The delimiters of the multiparts that are open, innermost last (RFC 2046 §5.1.1). */
final class Boundaries {
    private static final int LENGTH_LIMIT = 1_000;

    private record Open(String text, @Nullable Integer hidden) {}

    /** A delimiter line: which open multipart's it is, from 0, and whether it closes it. */
    record Hit(int level, boolean closes) {}

    private final List<Open> open = new ArrayList<>();
    private final Map<String, Integer> levels = new HashMap<>();
    private int longest;

    /** Whether a text can be a delimiter. */
    static boolean usable(String boundary) {
        return !boundary.isEmpty() && boundary.length() <= LENGTH_LIMIT;
    }

    int push(String boundary) {
        open.add(new Open(boundary, levels.put(boundary, open.size())));
        longest = Math.max(longest, boundary.length());
        return open.size() - 1;
    }

    void pop() {
        Open last = open.removeLast();
        if (last.hidden == null) {
            levels.remove(last.text);
        } else {
            levels.put(last.text, last.hidden);
        }
        if (open.isEmpty()) {
            longest = 0;
        }
    }

    /** The delimiter in the line {@code [start, end)}, if it is one of an open multipart. */
    @Nullable
    Hit match(byte[] octets, int start, int end) {
        if (longest == 0 || end - start < 3 || octets[start] != '-' || octets[start + 1] != '-') {
            return null;
        }
        int to = end;
        while (to > start + 2 && isSpace(octets[to - 1])) {
            to--;
        }
        int length = to - start - 2;
        if (length > longest + 2) {
            return null;
        }
        String text = HeaderField.latin(octets, start + 2, to);
        Integer level = levels.get(text);
        if (level != null) {
            return new Hit(level, false);
        }
        if (!text.endsWith("--")) {
            return null;
        }
        level = levels.get(text.substring(0, length - 2));
        return level == null ? null : new Hit(level, true);
    }

    private static boolean isSpace(byte octet) {
        return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
    }
}

package org.merpati.filter.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The text of a message cut into the pieces that rules look at one by one. */
final class BodyText {
    private static final int LINE_LIMIT = 2048;
    private static final int PART_LIMIT = 50_000;
    private static final int RAW_PART_LIMIT = 500_000;
    private static final int NEAR = 1024;

    private BodyText() {}

    /** The subject, then a paragraph each, as people see them; in UTF-8 octets. */
    static List<String> paragraphs(String subject, Entity message) {
        StringBuilder all = new StringBuilder();
        boolean wide = false;
        for (Entity part : message.find(Entity::leaf)) {
            if (!all.isEmpty()) {
                all.append('\n');
            }
            Optional<Rendering> rendering = part.rendered();
            if (rendering.isPresent()) {
                wide |= rendering.get().decoded();
                all.append(cut(rendering.get().text(), PART_LIMIT, "\n "));
            }
        }
        wide |= all.chars().anyMatch(c -> c > 255);
        String text = squeezed(all, wide);
        List<String> pieces = new ArrayList<>();
        for (String line : EntityReader.lines(subject + (wide ? Latin.encode(text) : text))) {
            int at = 0;
            while (line.length() - at > LINE_LIMIT) {
                int space = line.lastIndexOf(' ', at + LINE_LIMIT);
                int end = space >= at ? space + 1 : at + LINE_LIMIT;
                pieces.add(line.substring(at, end));
                at = end;
            }
            pieces.add(line.substring(at));
        }
        return pieces;
    }

    /** White space as one space, an empty line or more as a line end. */
    private static String squeezed(CharSequence text, boolean wide) {
        StringBuilder out = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (!space(c, wide)) {
                out.append(c == 0 ? '\n' : c);
                i++;
                continue;
            }
            int from = i;
            int first = -1;
            int last = -1;
            while (i < text.length() && space(text.charAt(i), wide)) {
                if (text.charAt(i) == '\n') {
                    first = first < 0 ? i : first;
                    last = i;
                }
                i++;
            }
            if (first == last) {
                out.append(' ');
            } else {
                out.append(first > from ? " " : "").append('\n').append(last < i - 1 ? " " : "");
            }
        }
        return out.toString();
    }

    private static boolean space(char c, boolean wide) {
        return c == ' '
                || (c >= '\t' && c <= '\r')
                || (wide && (c == 0x85 || c == 0xa0 || (c > 0x1000 && Character.isSpaceChar(c))));
    }

    /** The octets of each text part without transfer encoding, in pieces. */
    static List<String> raw(Entity message) {
        List<String> pieces = new ArrayList<>();
        for (Entity part : message.find(Entity::leaf)) {
            String type = part.effectiveType();
            boolean text = type.startsWith("text/") || type.startsWith("message/");
            if (text && !part.type().equals("text/calendar")) {
                split(cut(part.decoded(), RAW_PART_LIMIT, "\n> "), pieces);
            }
        }
        return pieces;
    }

    /** The beginning of a text, up to one of some characters near a length. */
    private static String cut(String text, int length, String ends) {
        if (text.length() <= length) {
            return text;
        }
        for (int i = 0; i < ends.length(); i++) {
            int end = text.indexOf(ends.charAt(i), length);
            if (end >= 0 && end - length <= NEAR) {
                return text.substring(0, end + 1);
            }
        }
        return text.substring(0, length);
    }

    private static void split(String text, List<String> pieces) {
        int at = 0;
        while (text.length() > LINE_LIMIT && text.length() - at > 2 * LINE_LIMIT) {
            int end = -1;
            for (char c : new char[] {'\n', '>', ' '}) {
                end = text.indexOf(c, at + LINE_LIMIT);
                if (end >= 0 && end - at + 1 <= 2 * LINE_LIMIT) {
                    break;
                }
                end = -1;
            }
            end = end < 0 ? at + LINE_LIMIT : end;
            pieces.add(text.substring(at, end + 1));
            at = end + 1;
        }
        if (at < text.length() || text.isEmpty()) {
            pieces.add(text.substring(at));
        }
    }
}

package org.merpati.mime;

import java.util.Map;
import java.util.Optional;

/** The beginning of a message as a list of messages shows it: a line of text (RFC 8970 §3.2). */
public final class Preview {
    private static final int LENGTH = 200;
    private static final int DEPTH = 20;
    private static final Map<String, String> ENTITIES =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "nbsp", " ", "apos", "'");

    private final String html;
    private final StringBuilder text = new StringBuilder();
    private int at;

    private Preview(String html) {
        this.html = html;
    }

    /** The part that a preview is taken from: the first plain text that is not attached, else the first HTML. */
    public static Optional<Part> part(Part root) {
        Optional<Part> plain = first(root, "plain", DEPTH);
        return plain.isPresent() ? plain : first(root, "html", DEPTH);
    }

    private static Optional<Part> first(Part part, String subtype, int depth) {
        if (depth == 0) {
            return Optional.empty();
        }
        for (Part child : part.children()) {
            Optional<Part> found = first(child, subtype, depth - 1);
            if (found.isPresent()) {
                return found;
            }
        }
        boolean attached = part.disposition()
                .filter(d -> d.type().equalsIgnoreCase("attachment"))
                .isPresent();
        boolean fits = part.type().equals("text") && part.subtype().equals(subtype) && !attached;
        return fits ? Optional.of(part) : Optional.empty();
    }

    /**
     * The preview of a text part.
     *
     * @param octets the beginning of its content, encoded as it is
     */
    public static String text(Part part, byte[] octets) {
        byte[] decoded = TransferEncoding.decode(part.encoding(), octets, 0, octets.length);
        String charset = ParameterValue.of(part.parameters(), "charset").orElse("");
        String whole = Charsets.decode(charset, decoded);
        String plain = part.subtype().equals("html") ? new Preview(whole).run() : whole;
        StringBuilder line = new StringBuilder();
        int count = 0;
        boolean space = false;
        for (int i = 0; i < plain.length() && count < LENGTH; ) {
            int c = plain.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isWhitespace(c) || Character.isISOControl(c) || c == 0xa0) {
                space = true;
            } else {
                if (space && !line.isEmpty() && ++count < LENGTH) {
                    line.append(' ');
                }
                space = false;
                if (count < LENGTH) {
                    line.appendCodePoint(c);
                    count++;
                }
            }
        }
        return line.toString().strip();
    }

    /** The text between the tags; what a page does not show is passed over. */
    private String run() {
        while (at < html.length()) {
            char c = html.charAt(at);
            if (c == '<') {
                tag();
            } else if (c == '&') {
                entity();
            } else {
                text.append(c);
                at++;
            }
        }
        return text.toString();
    }

    private void tag() {
        for (String hidden : new String[] {"head", "style", "script", "title"}) {
            if (html.regionMatches(true, at + 1, hidden, 0, hidden.length())
                    && !Character.isLetterOrDigit(charAt(at + 1 + hidden.length()))) {
                at = find("</" + hidden, at + 1);
                break;
            }
        }
        at = html.startsWith("<!--", at) ? find("-->", at + 4) : at;
        int end = html.indexOf('>', at);
        at = end < 0 ? html.length() : end + 1;
        text.append(' ');
    }

    private char charAt(int index) {
        return index < html.length() ? html.charAt(index) : ' ';
    }

    /** The place of a text from another on, in any case, or the end. */
    private int find(String wanted, int from) {
        for (int i = from; i <= html.length() - wanted.length(); i++) {
            if (html.regionMatches(true, i, wanted, 0, wanted.length())) {
                return i;
            }
        }
        return html.length();
    }

    private void entity() {
        int end = html.indexOf(';', at);
        if (end < 0 || end - at > 10) {
            text.append('&');
            at++;
            return;
        }
        String name = html.substring(at + 1, end);
        text.append(name.startsWith("#") ? number(name.substring(1)) : ENTITIES.getOrDefault(name, " "));
        at = end + 1;
    }

    private static String number(String digits) {
        boolean hex = digits.startsWith("x") || digits.startsWith("X");
        try {
            int c = Integer.parseInt(hex ? digits.substring(1) : digits, hex ? 16 : 10);
            return Character.isValidCodePoint(c) ? Character.toString(c) : " ";
        } catch (NumberFormatException none) {
            return " ";
        }
    }
}

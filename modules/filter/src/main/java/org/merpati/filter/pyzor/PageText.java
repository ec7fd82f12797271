package org.merpati.filter.pyzor;

import java.nio.charset.Charset;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.text.HtmlEntities;

/** The text of a page as Pyzor takes it: what stands between tags, parted by a space, without scripts and styles. */
final class PageText {
    private static final Pattern WINDOWS = Pattern.compile("&#(12[89]|1[345]\\d);?");

    private final String html;
    private final StringJoiner text = new StringJoiner(" ");
    private int at;
    /** The element whose content is no text, or nothing. */
    private String hidden = "";

    private PageText(String html) {
        this.html = html;
    }

    static String of(String html) {
        PageText page = new PageText(html);
        page.read();
        return page.text.toString();
    }

    private void read() {
        while (at < html.length()) {
            int open = hidden.isEmpty() ? html.indexOf('<', at) : end(hidden);
            words(html.substring(at, open < 0 ? html.length() : open));
            at = open < 0 ? html.length() : past(open);
        }
    }

    /** Where the end tag of an element begins. */
    private int end(String element) {
        for (int i = html.indexOf("</", at); i >= 0; i = html.indexOf("</", i + 2)) {
            if (html.regionMatches(true, i + 2, element, 0, element.length())) {
                return i;
            }
        }
        return -1;
    }

    private void words(String piece) {
        if (hidden.isEmpty()) {
            String words = decoded(piece);
            int from = 0;
            int to = words.length();
            while (from < to && space(words.charAt(from))) {
                from++;
            }
            while (to > from && space(words.charAt(to - 1))) {
                to--;
            }
            if (from < to) {
                text.add(words.substring(from, to));
            }
        }
    }

    /** With its references resolved; those to the controls 128 to 159 mean Windows-1252 (HTML 5 §13.2.5.80). */
    private static String decoded(String piece) {
        String known = WINDOWS.matcher(piece)
                .replaceAll(number -> Matcher.quoteReplacement(new String(
                        new byte[] {(byte) Integer.parseInt(number.group(1))}, Charset.forName("windows-1252"))));
        return HtmlEntities.decode(known);
    }

    private static boolean space(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** Where what begins with {@code <} is over; markup that does not end hides the rest. */
    private int past(int open) {
        if (html.startsWith("<!--", open)) {
            return after(html.indexOf("-->", open + 4), 3);
        }
        int name = open + (html.startsWith("</", open) ? 2 : 1);
        if (name < html.length() && Character.isLetter(html.charAt(name))) {
            int end = tagEnd(name);
            note(html.substring(name, end < 0 ? html.length() : end), name == open + 1);
            return after(end, 1);
        }
        if (name < html.length() && (name == open + 2 || "!?".indexOf(html.charAt(name)) >= 0)) {
            return after(html.indexOf('>', name), 1);
        }
        words("<");
        return open + 1;
    }

    private int after(int end, int length) {
        return end < 0 ? html.length() : end + length;
    }

    private void note(String tag, boolean begins) {
        for (String element : new String[] {"script", "style"}) {
            if (tag.regionMatches(true, 0, element, 0, element.length())
                    && (tag.length() == element.length() || !Character.isLetterOrDigit(tag.charAt(element.length())))) {
                hidden = begins ? element : "";
            }
        }
    }

    /** The end of a tag, which does not stand in the quotation marks of an attribute. */
    private int tagEnd(int from) {
        char before = ' ';
        for (int i = from; i < html.length(); i++) {
            char c = html.charAt(i);
            if (c == '>') {
                return i;
            }
            if ((c == '"' || c == '\'') && before == '=') {
                i = html.indexOf(c, i + 1);
                if (i < 0) {
                    return -1;
                }
            }
            before = Character.isWhitespace(c) ? before : c;
        }
        return -1;
    }
}

package org.merpati.filter.text;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Cuts a page into tags and text, as leniently as the programs that show mail do. */
final class HtmlReader {
    /** Elements whose content is no markup, and whether entities stand for characters in it. */
    private static final Map<String, Boolean> LITERAL = Map.of(
            "script",
            false,
            "style",
            false,
            "xmp",
            false,
            "iframe",
            false,
            "plaintext",
            false,
            "title",
            true,
            "textarea",
            true);

    private static final Pattern EMPTY_TAG = Pattern.compile("<(\\w+)\\s*/>");
    private static final int ATTRIBUTES_LIMIT = 200;

    private final String html;
    private final Page page;
    private int at;

    HtmlReader(String html, Page page) {
        this.html = html;
        this.page = page;
    }

    /** A page with what readers take for a space, an empty tag or a quotation mark written as that. */
    static String prepared(String html) {
        String text = html.replace("&nbsp;", " ");
        if (text.contains("/>")) {
            text = EMPTY_TAG.matcher(text).replaceAll("<$1>");
        }
        return text.replace('\u201c', '"').replace('\u201d', '"');
    }

    void read() {
        int text = 0;
        while (at < html.length()) {
            int open = html.indexOf('<', at);
            if (open < 0) {
                break;
            }
            at = open;
            int before = open;
            if (markup(text)) {
                text = at;
            } else {
                at = before + 1;
            }
        }
        text(text, html.length(), true);
    }

    private void text(int from, int to, boolean entities) {
        if (from < to) {
            String piece = html.substring(from, to);
            page.words(entities ? HtmlEntities.decode(piece) : piece);
        }
    }

    /** Reads what begins with {@code <}, if it is more than that; the text before it goes first. */
    private boolean markup(int text) {
        char next = charAt(at + 1);
        if (letter(next)) {
            return tag(text);
        }
        if (next == '/') {
            return letter(charAt(at + 2)) ? close(text) : passOver(text, 2);
        }
        if (next == '!') {
            return html.startsWith("<!--", at) ? comment(text) : declaration(text);
        }
        return next == '?' && passOver(text, 2);
    }

    private boolean passOver(int text, int skip) {
        int end = html.indexOf('>', at + skip);
        if (end < 0) {
            return false;
        }
        text(text, at, true);
        at = end + 1;
        return true;
    }

    private boolean comment(int text) {
        int end = html.indexOf("-->", at + 4);
        int behind = end + 3;
        if (end < 0) {
            end = html.indexOf('>', at + 4);
            behind = end + 1;
            if (end < 0) {
                return false;
            }
        }
        text(text, at, true);
        page.comment(html.substring(at, behind));
        at = behind;
        return true;
    }

    private boolean declaration(int text) {
        int end = html.indexOf('>', at + 2);
        if (end < 0) {
            return false;
        }
        text(text, at, true);
        if (html.regionMatches(true, at, "<!doctype", 0, 9)) {
            page.doctype();
        }
        at = end + 1;
        return true;
    }

    private boolean close(int text) {
        int end = html.indexOf('>', at);
        if (end < 0) {
            return false;
        }
        int name = at + 2;
        int stop = name;
        while (stop < end && !space(html.charAt(stop))) {
            stop++;
        }
        text(text, at, true);
        page.end(html.substring(name, stop).toLowerCase(Locale.ROOT));
        at = end + 1;
        return true;
    }

    private boolean tag(int text) {
        int start = at;
        int i = at + 1;
        while (i < html.length() && !space(html.charAt(i)) && html.charAt(i) != '>') {
            i++;
        }
        String name = html.substring(start + 1, i).toLowerCase(Locale.ROOT);
        Map<String, String> attributes = new LinkedHashMap<>();
        at = i;
        while (attribute(attributes)) {
            if (at >= html.length()) {
                return false;
            }
        }
        if (charAt(at) != '>') {
            return false;
        }
        int behind = at + 1;
        text(text, start, true);
        page.start(name, attributes);
        at = behind;
        if (LITERAL.containsKey(name)) {
            literal(name);
        }
        return true;
    }

    /** Reads an attribute, if there is one before the tag's end. */
    private boolean attribute(Map<String, String> attributes) {
        at = spaces(at);
        int from = at;
        while (at < html.length() && !space(html.charAt(at)) && html.charAt(at) != '>' && html.charAt(at) != '=') {
            at++;
        }
        if (at == from) {
            boolean stray = charAt(at) == '=';
            at += stray ? 1 : 0;
            return stray;
        }
        String name = html.substring(from, at).toLowerCase(Locale.ROOT);
        int equals = spaces(at);
        String value = name;
        if (charAt(equals) == '=') {
            at = spaces(equals + 1);
            value = value();
        }
        if (attributes.size() < ATTRIBUTES_LIMIT) {
            attributes.putIfAbsent(name, HtmlEntities.decode(value));
        }
        return true;
    }

    private String value() {
        char quote = charAt(at);
        if (quote == '"' || quote == '\'') {
            int end = html.indexOf(quote, at + 1);
            if (end >= 0) {
                String value = html.substring(at + 1, end);
                at = end + 1;
                return value;
            }
        }
        int from = at;
        while (at < html.length() && !space(html.charAt(at)) && html.charAt(at) != '>') {
            at++;
        }
        return html.substring(from, at);
    }

    /** Reads to the end of an element whose content is no markup. */
    private void literal(String name) {
        int end = at;
        while (true) {
            end = html.indexOf("</", end);
            if (end < 0) {
                end = html.length();
                break;
            }
            if (html.regionMatches(true, end + 2, name, 0, name.length())) {
                break;
            }
            end += 2;
        }
        text(at, end, Boolean.TRUE.equals(LITERAL.get(name)));
        at = end;
        if (end == html.length()) {
            page.end(name);
        }
    }

    private int spaces(int from) {
        int i = from;
        while (i < html.length() && space(html.charAt(i))) {
            i++;
        }
        return i;
    }

    private char charAt(int index) {
        return index < html.length() ? html.charAt(index) : '\0';
    }

    private static boolean space(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    }

    private static boolean letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}

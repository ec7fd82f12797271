package org.merpati.filter.text;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.mime.TransferEncoding;

/** Encoded words of a header (RFC 2047) to UTF-8 octets, as content rules expect them. */
final class HeaderWords {
    private static final Pattern WORD = Pattern.compile("=\\?([A-Za-z0-9*_-]+)\\?([bqBQ])\\?([^?]*)\\?=");
    private static final Pattern LINE_END = Pattern.compile("\r?\n");

    private HeaderWords() {}

    /** Decodes a value whose characters are octets. */
    static String decode(String value, boolean words) {
        String line = LINE_END.matcher(value).replaceAll("");
        if (!Latin.ascii(line)) {
            line = Latin.encode(Latin.decode(line, "utf-8", false));
        }
        return words && line.contains("=?") ? words(line) : line;
    }

    private static String words(String line) {
        Matcher word = WORD.matcher(line);
        StringBuilder text = new StringBuilder();
        StringBuilder held = new StringBuilder();
        String charset = "";
        int at = 0;
        while (word.find()) {
            String between = line.substring(at, word.start());
            String next = word.group(1).toLowerCase(Locale.ROOT);
            boolean adjacent = at > 0 && between.isBlank();
            if (!adjacent || !next.equals(charset)) {
                release(held, charset, text);
            }
            if (!adjacent) {
                text.append(between);
            }
            charset = next;
            held.append(octets(word.group(2), word.group(3)));
            at = word.end();
        }
        release(held, charset, text);
        return text.append(line, at, line.length()).toString();
    }

    private static void release(StringBuilder held, String charset, StringBuilder text) {
        if (!held.isEmpty()) {
            int star = charset.indexOf('*');
            String set = star < 0 ? charset : charset.substring(0, star);
            text.append(Latin.encode(Latin.decode(held.toString(), set, true)));
            held.setLength(0);
        }
    }

    private static String octets(String encoding, String data) {
        boolean base64 = encoding.equalsIgnoreCase("b");
        byte[] octets = (base64 ? data : data.replace('_', ' ')).getBytes(StandardCharsets.ISO_8859_1);
        return Latin.of(TransferEncoding.decode(base64 ? "base64" : "quoted-printable", octets, 0, octets.length));
    }
}

package org.merpati.mime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Encoded words of header fields (RFC 2047) to Unicode, leniently. */
public final class EncodedWords {
    /** A word: its octets as ISO-8859-1 characters, and the place behind it. */
    private record Word(String charset, String octets, int end) {}

    private final String raw;
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private String heldCharset = "";

    private EncodedWords(String raw) {
        this.raw = raw;
    }

    /**
     * Decodes a raw value, whose characters are octets as ISO-8859-1. Octets outside of encoded words are taken as
     * UTF-8 if they are that. Words of one character set that follow each other are decoded as one, because many
     * senders cut characters in two.
     */
    public static String decode(String raw) {
        if (!raw.contains("=?")) {
            return plain(raw);
        }
        return new EncodedWords(raw).run();
    }

    private static String plain(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) > 126) {
                return Charsets.guess(raw.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return raw;
    }

    private String run() {
        int at = 0;
        while (at < raw.length()) {
            int start = raw.indexOf("=?", at);
            if (start < 0) {
                break;
            }
            Word word = word(start);
            if (word == null) {
                release();
                text.append(plain(raw.substring(at, start + 2)));
                at = start + 2;
                continue;
            }
            boolean adjacent = held.size() > 0 && raw.substring(at, start).isBlank();
            if (!adjacent || !heldCharset.equalsIgnoreCase(word.charset)) {
                release();
            }
            if (!adjacent) {
                text.append(plain(raw.substring(at, start)));
            }
            heldCharset = word.charset;
            held.writeBytes(word.octets.getBytes(StandardCharsets.ISO_8859_1));
            at = word.end;
        }
        release();
        text.append(plain(raw.substring(at)));
        return text.toString();
    }

    private void release() {
        if (held.size() > 0) {
            text.append(Charsets.decode(heldCharset, held.toByteArray()));
            held.reset();
        }
    }

    private @Nullable Word word(int start) {
        int charsetEnd = raw.indexOf('?', start + 2);
        if (charsetEnd < 0 || charsetEnd + 2 >= raw.length() || raw.charAt(charsetEnd + 2) != '?') {
            return null;
        }
        int end = raw.indexOf('?', charsetEnd + 3);
        if (end < 0 || end + 1 >= raw.length() || raw.charAt(end + 1) != '=') {
            return null;
        }
        String charset = raw.substring(start + 2, charsetEnd);
        int star = charset.indexOf('*');
        byte[] octets = raw.substring(charsetEnd + 3, end).getBytes(StandardCharsets.ISO_8859_1);
        String encoding = String.valueOf(raw.charAt(charsetEnd + 1)).toUpperCase(Locale.ROOT);
        byte[] decoded = switch (encoding) {
            case "B" -> TransferEncoding.base64(octets, 0, octets.length);
            case "Q" -> q(octets);
            default -> null;
        };
        if (decoded == null) {
            return null;
        }
        String latin = new String(decoded, StandardCharsets.ISO_8859_1);
        return new Word(star < 0 ? charset : charset.substring(0, star), latin, end + 2);
    }

    private static byte[] q(byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '_') {
                octets[i] = ' ';
            }
        }
        return TransferEncoding.quotedPrintable(octets, 0, octets.length);
    }
}

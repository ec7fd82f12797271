package org.merpati.imap.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** Mailbox names as IMAP4rev1 writes them (RFC 3501 §5.1.3). */
public final class ModifiedUtf7 {
    private static final Base64.Encoder ENCODER = Base64.getEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getDecoder();

    private ModifiedUtf7() {}

    public static String encode(String name) {
        StringBuilder text = new StringBuilder(name.length() + 8);
        int at = 0;
        while (at < name.length()) {
            char c = name.charAt(at);
            if (c >= ' ' && c <= '~') {
                text.append(c == '&' ? "&-" : String.valueOf(c));
                at++;
                continue;
            }
            int end = at;
            while (end < name.length() && (name.charAt(end) < ' ' || name.charAt(end) > '~')) {
                end++;
            }
            byte[] octets = name.substring(at, end).getBytes(StandardCharsets.UTF_16BE);
            text.append('&')
                    .append(ENCODER.encodeToString(octets).replace('/', ','))
                    .append('-');
            at = end;
        }
        return text.toString();
    }

    /** The name, or nothing if the text is not the one way to write a name. */
    public static Optional<String> decode(String text) {
        if (text.indexOf('&') < 0) {
            return isPrintable(text) ? Optional.of(text) : Optional.empty();
        }
        StringBuilder name = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != '&') {
                name.append(c);
                at++;
                continue;
            }
            int end = text.indexOf('-', at);
            if (end < 0) {
                return Optional.empty();
            }
            if (end == at + 1) {
                name.append('&');
            } else if (!shifted(text.substring(at + 1, end), name)) {
                return Optional.empty();
            }
            at = end + 1;
        }
        String decoded = name.toString();
        return encode(decoded).equals(text) ? Optional.of(decoded) : Optional.empty();
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    private static boolean shifted(String base64, StringBuilder name) {
        byte[] octets;
        try {
            octets = DECODER.decode(base64.replace(',', '/'));
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
        if (octets.length % 2 != 0) {
            return false;
        }
        String part = new String(octets, StandardCharsets.UTF_16BE);
        name.append(part);
        return Arrays.equals(part.getBytes(StandardCharsets.UTF_16BE), octets);
    }
}

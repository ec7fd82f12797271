package org.merpati.filter.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.merpati.mime.Charsets;

/** Octets as characters 0 to 255, the form in which rules look at everything. */
public final class Latin {
    private static final Charset WINDOWS = Charset.forName("windows-1252");

    private Latin() {}

    /** Octets as characters. */
    public static String of(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    /** The octets that characters stand for. */
    public static byte[] octets(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Text in Unicode as its UTF-8 octets. */
    public static String encode(String text) {
        return ascii(text) ? text : of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether there is nothing beyond ASCII. */
    public static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    /**
     * Octets of a declared character set in Unicode: UTF-8 if they are that, else the declared set if they are of it,
     * else Windows-1252.
     *
     * @param insist whether the declared set goes before UTF-8 and its faults are passed over (RFC 2047 words)
     */
    public static String decode(String latin, String declared, boolean insist) {
        String set = declared.strip().toLowerCase(Locale.ROOT);
        boolean ascii = ascii(latin);
        boolean shifts = set.startsWith("iso-2022") || set.startsWith("utf-7") || set.startsWith("utf-16");
        if (ascii && !shifts) {
            return latin;
        }
        byte[] octets = octets(latin);
        if (!ascii && !insist) {
            Optional<String> utf8 = strict(octets, StandardCharsets.UTF_8);
            if (utf8.isPresent()) {
                return utf8.get();
            }
        }
        boolean none =
                set.isEmpty() || set.equals("us-ascii") || set.equals("ascii") || (set.equals("utf-8") && !insist);
        Optional<Charset> charset = none ? Optional.empty() : Charsets.find(western(set));
        if (charset.isEmpty()) {
            return ascii ? latin : new String(octets, WINDOWS);
        }
        if (insist) {
            return new String(octets, charset.get());
        }
        return strict(octets, charset.get()).orElseGet(() -> new String(octets, WINDOWS));
    }

    private static String western(String set) {
        return set.equals("iso-8859-1") || set.equals("iso8859-1") || set.equals("cp1252") ? "windows-1252" : set;
    }

    private static Optional<String> strict(byte[] octets, Charset charset) {
        try {
            return Optional.of(charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets))
                    .toString());
        } catch (CharacterCodingException not) {
            return Optional.empty();
        }
    }

    /** Whether octets are valid UTF-8. */
    public static boolean validUtf8(String latin) {
        return strict(octets(latin), StandardCharsets.UTF_8).isPresent();
    }
}

package org.merpati.mime;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/** Character sets as mail names them. */
public final class Charsets {
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    private Charsets() {}

    /** The set of that name, if this machine has it. */
    public static Optional<Charset> find(String name) {
        try {
            return Optional.of(Charset.forName(name.strip()));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Optional.empty();
        }
    }

    /** Octets as text; what cannot be decoded becomes U+FFFD, and an unknown set is guessed. */
    public static String decode(String name, byte[] octets) {
        String set = name.strip().toLowerCase(Locale.ROOT);
        if (set.isEmpty() || set.equals("us-ascii") || set.equals("ascii") || set.equals("x-unknown")) {
            return guess(octets);
        }
        if (set.equals("iso-8859-1")) {
            return new String(octets, WINDOWS_1252);
        }
        return find(set).map(c -> new String(octets, c)).orElseGet(() -> guess(octets));
    }

    /** UTF-8 if it is that, else Windows-1252, which every octet string is. */
    public static String guess(byte[] octets) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return new String(octets, WINDOWS_1252);
        }
    }
}

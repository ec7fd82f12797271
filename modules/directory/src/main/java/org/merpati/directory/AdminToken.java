package org.merpati.directory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Sha256;

/**
 * Who may ask for admin operations over the network. The secret itself is known to its holder alone; the directory has
 * its SHA-256. The text form is {@code name all|look made expires hash}, times in milliseconds since 1970 (UTC).
 *
 * @param looks whether it may only look, and change nothing
 * @param expires when it ends, or {@link #NEVER}
 */
public record AdminToken(String name, boolean looks, long made, long expires, String hash) {
    /** What stands for the end of a token that has none. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final String PREFIX = "merpati_";
    private static final int SECRET_OCTETS = 32;
    private static final int WORDS = 5;

    public AdminToken {
        if (!name.matches("[a-z0-9][a-z0-9._-]{0,39}")) {
            throw new Malformed(
                    "a token's name is of small letters, digits, dots and dashes, at most 40, not '" + name + "'");
        }
    }

    /** A secret of chance, of 256 bits. */
    public static String secret() {
        byte[] octets = new byte[SECRET_OCTETS];
        new SecureRandom().nextBytes(octets);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    /** What the directory keeps of a secret. */
    public static String hash(String secret) {
        return HexFormat.of().formatHex(Sha256.of(secret.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Whether a secret is this token's, in a time that says nothing, and the token has not ended.
     *
     * @param millis the time, milliseconds since 1970 (UTC)
     */
    public boolean opens(String secret, long millis) {
        return millis < expires
                && MessageDigest.isEqual(
                        hash(secret).getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads the text form.
     *
     * @throws Malformed if it is none
     */
    public static AdminToken parse(String text) {
        String[] words = text.split(" ");
        if (words.length != WORDS || !words[1].matches("all|look") || !words[4].matches("[0-9a-f]{64}")) {
            throw new Malformed("a token is 'name all|look made expires hash', not '" + text + "'");
        }
        try {
            boolean looks = words[1].equals("look");
            return new AdminToken(words[0], looks, Long.parseLong(words[2]), Long.parseLong(words[3]), words[4]);
        } catch (NumberFormatException noTime) {
            throw new Malformed("the times of the token '" + words[0] + "' are no numbers");
        }
    }

    @Override
    public String toString() {
        return name + (looks ? " look " : " all ") + made + " " + expires + " " + hash;
    }
}

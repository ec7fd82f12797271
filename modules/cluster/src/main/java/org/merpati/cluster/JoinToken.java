package org.merpati.cluster;

import java.security.SecureRandom;
import java.util.HexFormat;
import org.merpati.kernel.Malformed;

/**
 * What a new node joins with, once: the fingerprint of the cluster's CA, so that it knows whom to believe, and a
 * secret, so that it is believed. Its text is {@code merpati1:<fingerprint>:<secret>}.
 */
public record JoinToken(String fingerprint, String secret) {
    private static final String FORM = "merpati1";
    private static final int SECRET_OCTETS = 24;

    /** A new token for a CA. */
    static JoinToken fresh(String fingerprint) {
        byte[] secret = new byte[SECRET_OCTETS];
        new SecureRandom().nextBytes(secret);
        return new JoinToken(fingerprint, HexFormat.of().formatHex(secret));
    }

    /**
     * Reads a token's text.
     *
     * @throws Malformed if it is none
     */
    public static JoinToken parse(String text) {
        String[] parts = text.strip().split(":", -1);
        if (parts.length != 3 || !parts[0].equals(FORM) || parts[1].length() != 64 || parts[2].isEmpty()) {
            throw new Malformed("this is no join token; 'merpati node token NODE' on a directory node makes one");
        }
        return new JoinToken(parts[1], parts[2]);
    }

    @Override
    public String toString() {
        return FORM + ":" + fingerprint + ":" + secret;
    }
}

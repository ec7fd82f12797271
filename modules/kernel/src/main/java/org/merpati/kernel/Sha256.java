package org.merpati.kernel;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 (FIPS 180-4). */
public final class Sha256 {
    private Sha256() {}

    /** A digest that is to be fed. */
    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("this Java has no SHA-256", missing);
        }
    }

    /** The digest of octets. */
    public static byte[] of(byte[] octets) {
        return begin().digest(octets);
    }

    /** The digest of octets, in hex of small letters. */
    public static String hex(byte[] octets) {
        return HexFormat.of().formatHex(of(octets));
    }
}

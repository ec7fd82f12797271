package org.merpati.directory;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.merpati.kernel.Malformed;

/**
 * What is kept of a password: hashes, never itself. New ones are PBKDF2 with HMAC-SHA-512 (RFC 8018) and, for SCRAM,
 * the keys of SCRAM-SHA-256 (RFC 7677, in the form of RFC 5803); salted SHA-1 and SHA-512 are accepted from imports.
 *
 * @param hash the verifier of a password in clear, {@code {SCHEME}…}
 * @param scram the SCRAM-SHA-256 keys; absent for an imported hash until the password is set
 */
public record Credentials(String hash, Optional<String> scram) {
    private static final String PBKDF2 = "{PBKDF2-SHA512}";
    private static final String SSHA = "{SSHA}";
    private static final String SSHA512 = "{SSHA512}";
    private static final String SCRAM = "SCRAM-SHA-256$";
    static final int SALT_OCTETS = 16;
    static final int SCRAM_ITERATIONS = 15_000;
    private static final int PASSWORD_LIMIT = 512;
    private static final int ITERATIONS_LIMIT = 10_000_000;

    /** The keys that a SCRAM-SHA-256 server needs. */
    public record ScramKeys(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {}

    /**
     * Hashes a new password.
     *
     * @param iterations of PBKDF2 with HMAC-SHA-512
     */
    public static Credentials of(String password, int iterations) {
        String prepared = prepared(password);
        byte[] salt = salt();
        byte[] key = pbkdf2("PBKDF2WithHmacSHA512", prepared, salt, iterations, 64);
        String hash = PBKDF2 + iterations + "$" + base64(salt) + "$" + base64(key);
        byte[] scramSalt = salt();
        byte[] salted = pbkdf2("PBKDF2WithHmacSHA256", prepared, scramSalt, SCRAM_ITERATIONS, 32);
        byte[] stored = digest("SHA-256", hmac(salted, "Client Key"));
        byte[] server = hmac(salted, "Server Key");
        String scram = SCRAM + SCRAM_ITERATIONS + ":" + base64(scramSalt) + "$" + base64(stored) + ":" + base64(server);
        return new Credentials(hash, Optional.of(scram));
    }

    /**
     * Takes a hash from another system.
     *
     * @throws Malformed if its scheme is not known, or what follows it is no hash of it
     */
    public static Credentials imported(String hash) {
        if (List.of(PBKDF2, SSHA, SSHA512).stream().noneMatch(scheme -> startsWith(hash, scheme))) {
            throw new Malformed("a password hash is " + PBKDF2 + ", " + SSHA + " or " + SSHA512);
        }
        if (!wellFormed(hash)) {
            throw new Malformed("what follows " + hash.substring(0, hash.indexOf('}') + 1) + " is no hash of it");
        }
        return new Credentials(hash, Optional.empty());
    }

    private static boolean wellFormed(String hash) {
        try {
            if (startsWith(hash, PBKDF2)) {
                String[] parts = hash.substring(PBKDF2.length()).split("\\$");
                int iterations = Integer.parseInt(parts[0]);
                return parts.length == 3
                        && iterations > 0
                        && iterations <= ITERATIONS_LIMIT
                        && unbase64(parts[1]).length > 0
                        && unbase64(parts[2]).length >= 16;
            }
            return startsWith(hash, SSHA512)
                    ? unbase64(hash.substring(SSHA512.length())).length > 64
                    : unbase64(hash.substring(SSHA.length())).length > 20;
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException damaged) {
            return false;
        }
    }

    private static boolean startsWith(String hash, String scheme) {
        return hash.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    /** Whether a password is the one; takes as long for a wrong one. */
    public boolean verify(String password) {
        if (password.isEmpty() || password.length() > PASSWORD_LIMIT) {
            return false;
        }
        try {
            if (startsWith(hash, PBKDF2)) {
                String[] parts = hash.substring(PBKDF2.length()).split("\\$");
                byte[] expected = unbase64(parts[2]);
                byte[] actual = pbkdf2(
                        "PBKDF2WithHmacSHA512",
                        prepared(password),
                        unbase64(parts[1]),
                        Integer.parseInt(parts[0]),
                        expected.length);
                return MessageDigest.isEqual(expected, actual);
            }
            return startsWith(hash, SSHA512)
                    ? salted("SHA-512", 64, hash.substring(SSHA512.length()), password)
                    : startsWith(hash, SSHA) && salted("SHA-1", 20, hash.substring(SSHA.length()), password);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException damaged) {
            return false;
        }
    }

    private static boolean salted(String algorithm, int length, String encoded, String password) {
        byte[] both = unbase64(encoded);
        byte[] expected = Arrays.copyOf(both, length);
        byte[] salt = Arrays.copyOfRange(both, length, both.length);
        byte[] clear = password.getBytes(StandardCharsets.UTF_8);
        byte[] input = Arrays.copyOf(clear, clear.length + salt.length);
        System.arraycopy(salt, 0, input, clear.length, salt.length);
        return MessageDigest.isEqual(expected, digest(algorithm, input));
    }

    /** The SCRAM keys, if the password was set here. */
    public Optional<ScramKeys> scramKeys() {
        return scram.filter(s -> s.startsWith(SCRAM)).map(s -> {
            String[] parts = s.substring(SCRAM.length()).split("[:$]");
            return new ScramKeys(
                    Integer.parseInt(parts[0]), unbase64(parts[1]), unbase64(parts[2]), unbase64(parts[3]));
        });
    }

    /** SASLprep's most telling step (RFC 4013 §2.2): compatibility composition. */
    private static String prepared(String password) {
        if (password.isEmpty() || password.length() > PASSWORD_LIMIT) {
            throw new Malformed("a password has 1 to " + PASSWORD_LIMIT + " characters");
        }
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    private static byte[] salt() {
        byte[] salt = new byte[SALT_OCTETS];
        new SecureRandom().nextBytes(salt);
        return salt;
    }

    private static byte[] pbkdf2(String algorithm, String password, byte[] salt, int iterations, int octets) {
        try {
            PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, octets * 8);
            return SecretKeyFactory.getInstance(algorithm).generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(algorithm.toUpperCase(Locale.ROOT) + " is not in this JDK", missing);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] digest(String algorithm, byte[] input) {
        try {
            return MessageDigest.getInstance(algorithm).digest(input);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static byte[] unbase64(String text) {
        return Base64.getDecoder().decode(text);
    }

    /** Hides the hashes from logs. */
    @Override
    public String toString() {
        return "Credentials[" + hash.substring(0, Math.max(0, hash.indexOf('}') + 1)) + "…]";
    }
}

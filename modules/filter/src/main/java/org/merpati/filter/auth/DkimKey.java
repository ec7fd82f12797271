package org.merpati.filter.auth;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.merpati.kernel.Malformed;

/**
 * A public key as name servers publish it (RFC 6376 §3.6.1), RSA or Ed25519 (RFC 8463).
 *
 * @param strict whether the identity's domain has to be the signing one itself
 * @param testing whether the domain only tries signing out
 */
record DkimKey(PublicKey key, boolean ed25519, boolean strict, boolean testing) {
    /** Shorter RSA keys are not believed (RFC 8301 §3.2). */
    private static final int LEAST_BITS = 1024;

    private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /**
     * Reads a record.
     *
     * @throws Malformed if it is none, is revoked, or is not meant for mail
     */
    static DkimKey parse(String record) {
        Tags tags = Tags.parse(record);
        if (!tags.or("v", "DKIM1").equals("DKIM1")) {
            throw new Malformed("the key has an unknown version");
        }
        String published = tags.need("p");
        if (published.isEmpty()) {
            throw new Malformed("the key is revoked");
        }
        List<String> services = List.of(tags.or("s", "*").split("\\s*:\\s*"));
        List<String> hashes = List.of(tags.or("h", "sha256").split("\\s*:\\s*"));
        if (!(services.contains("*") || services.contains("email")) || !hashes.contains("sha256")) {
            throw new Malformed("the key is not meant for this");
        }
        List<String> flags = List.of(tags.or("t", "").split("\\s*:\\s*"));
        boolean ed25519 = tags.or("k", "rsa").equals("ed25519");
        return new DkimKey(key(published, ed25519), ed25519, flags.contains("s"), flags.contains("y"));
    }

    private static PublicKey key(String published, boolean ed25519) {
        try {
            byte[] octets = Base64.getDecoder().decode(published);
            if (ed25519) {
                ByteArrayOutputStream encoded = new ByteArrayOutputStream();
                encoded.writeBytes(ED25519_PREFIX);
                encoded.writeBytes(octets);
                return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
            }
            PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(octets));
            if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < LEAST_BITS) {
                throw new Malformed("the key is shorter than " + LEAST_BITS + " bits");
            }
            return key;
        } catch (IllegalArgumentException | GeneralSecurityException wrong) {
            throw new Malformed("the key cannot be read");
        }
    }

    /** Whether a signature over octets is this key's; of Ed25519 their SHA-256 is signed (RFC 8463 §3). */
    boolean verifies(byte[] signed, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(ed25519 ? "Ed25519" : "SHA256withRSA");
            verifier.initVerify(key);
            verifier.update(ed25519 ? org.merpati.kernel.Sha256.of(signed) : signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException broken) {
            return false;
        }
    }
}

package org.merpati.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import org.merpati.kernel.Role;

/**
 * What a proxy introduces an account with that it has checked: a signature, by the key of its node certificate, over
 * the owner's nonce, the account and the client's address. It is good for the one connection that the nonce was made
 * for.
 */
public final class Ticket {
    private static final String ALGORITHM = "SHA256withECDSA";
    private static final int NONCE_OCTETS = 16;

    private Ticket() {}

    /** A nonce for one connection. */
    public static String nonce() {
        byte[] nonce = new byte[NONCE_OCTETS];
        new SecureRandom().nextBytes(nonce);
        return HexFormat.of().formatHex(nonce);
    }

    private static byte[] message(String nonce, String account, String client) {
        return ("merpati ticket\n" + nonce + "\n" + account + "\n" + client).getBytes(StandardCharsets.UTF_8);
    }

    /** Signs. */
    public static String sign(NodeIdentity identity, String nonce, String account, String client) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(identity.key());
            signature.update(message(nonce, account, client));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException("the node's key cannot sign", unusable);
        }
    }

    /** Whether the holder of a certificate is a proxy and signed this. */
    public static boolean verify(X509Certificate signer, String ticket, String nonce, String account, String client) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(signer);
            signature.update(message(nonce, account, client));
            return FileIdentity.plays(signer, Role.PROXY)
                    && signature.verify(Base64.getUrlDecoder().decode(ticket));
        } catch (GeneralSecurityException | IllegalArgumentException forged) {
            return false;
        }
    }
}

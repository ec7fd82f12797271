package org.merpati.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;

/**
 * The server's side of SASL: PLAIN (RFC 4616), SCRAM-SHA-256 (RFC 5802, RFC 7677) and OAUTHBEARER (RFC 7628), with
 * XOAUTH2, which came before it.
 */
final class Sasl {
    private static final int NONCE_OCTETS = 18;
    private static final int MESSAGE_LIMIT = 8_192;

    /** The other side of an exchange. */
    interface Peer {
        /**
         * Sends a challenge and waits for the response.
         *
         * @return the response in base 64, or null if the peer has gone
         */
        @Nullable
        String ask(String base64) throws IOException;
    }

    /**
     * What an exchange came to.
     *
     * @param password PLAIN's, which has yet to be judged; nothing where the mechanism has proved who it is
     */
    record Outcome(String user, Optional<String> password, String authorization) {}

    /** The exchange was given up, or has proved nothing. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    private final SaslSource source;
    private final Peer peer;

    Sasl(SaslSource source, Peer peer) {
        this.source = source;
        this.peer = peer;
    }

    /** The mechanisms, the best first. */
    static String offered(SaslSource source, String prefix) {
        return (source.offersScram() ? prefix + "SCRAM-SHA-256" : "")
                + (source.offersBearer() ? prefix + "OAUTHBEARER" + prefix + "XOAUTH2" : "")
                + prefix + "PLAIN";
    }

    boolean knows(String mechanism) {
        return (offered(source, " ") + " ").contains(" " + mechanism + " ");
    }

    /**
     * Leads an exchange.
     *
     * @param initial the client's first message in base 64, if it came with the command
     * @return nothing if the peer has gone
     * @throws Failed if it proves nothing
     * @throws Malformed if a message is none of the mechanism's
     */
    Optional<Outcome> exchange(String mechanism, @Nullable String initial) throws IOException, Failed {
        String first = initial == null ? peer.ask("") : initial.equals("=") ? "" : initial;
        if (first == null) {
            return Optional.empty();
        }
        return switch (mechanism) {
            case "SCRAM-SHA-256" -> scram(decoded(first));
            case "OAUTHBEARER" -> bearer(decoded(first), "auth=");
            case "XOAUTH2" -> bearer(decoded(first), "auth=");
            default -> Optional.of(plain(decoded(first)));
        };
    }

    private static String decoded(String base64) {
        if (base64.equals("*")) {
            throw new Malformed("the login was given up");
        }
        try {
            byte[] message = Base64.getDecoder().decode(base64);
            if (message.length > MESSAGE_LIMIT) {
                throw new Malformed("the credentials are longer than " + MESSAGE_LIMIT + " octets");
            }
            return new String(message, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw new Malformed("the credentials are not base 64");
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Outcome plain(String message) {
        String[] parts = message.split("\0", -1);
        if (parts.length != 3 || parts[1].isEmpty()) {
            throw new Malformed("the credentials are not those of PLAIN (RFC 4616)");
        }
        return new Outcome(parts[1], Optional.of(parts[2]), parts[0]);
    }

    /** RFC 7628 §3: a GS2 header and key-value pairs; XOAUTH2 has {@code user=} among the pairs instead. */
    private Optional<Outcome> bearer(String message, String key) throws IOException, Failed {
        String user = "";
        String token = "";
        for (String pair : message.split("\u0001", -1)) {
            if (pair.startsWith("n,") || pair.startsWith("y,")) {
                String[] header = pair.split(",", -1);
                user = header.length > 1 && header[1].startsWith("a=") ? name(header[1].substring(2)) : user;
            } else if (pair.startsWith("user=")) {
                user = pair.substring(5);
            } else if (pair.regionMatches(true, 0, key + "Bearer ", 0, key.length() + 7)) {
                token = pair.substring(key.length() + 7).strip();
            }
        }
        if (token.isEmpty()) {
            throw new Malformed("there is no bearer token among the credentials");
        }
        Optional<String> account = source.bearer(user, token);
        if (account.isEmpty()) {
            if (peer.ask(encoded("{\"status\":\"invalid_token\"}")) == null) {
                return Optional.empty();
            }
            throw new Failed("the token is not valid");
        }
        return Optional.of(new Outcome(account.get(), Optional.empty(), ""));
    }

    private Optional<Outcome> scram(String first) throws IOException, Failed {
        String[] gs2 = first.split(",", 3);
        if (gs2.length < 3 || !(gs2[0].equals("n") || gs2[0].equals("y"))) {
            throw new Malformed("SCRAM without channel binding begins with n,,");
        }
        String bare = gs2[2];
        Map<String, String> client = attributes(bare);
        String user = name(need(client, "n"));
        String nonce = need(client, "r") + nonce();
        SaslSource.ScramKeys keys = source.scram(user);
        String server =
                "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(keys.salt()) + ",i=" + keys.iterations();
        String answer = peer.ask(encoded(server));
        if (answer == null) {
            return Optional.empty();
        }
        String last = decoded(answer);
        Map<String, String> proof = attributes(last);
        String binding = encoded(gs2[0] + "," + gs2[1] + ",");
        int end = last.lastIndexOf(",p=");
        if (end < 0 || !need(proof, "r").equals(nonce) || !need(proof, "c").equals(binding)) {
            throw new Malformed("the client's proof belongs to another exchange");
        }
        String signed = bare + "," + server + "," + last.substring(0, end);
        byte[] signature = hmac(keys.storedKey(), signed);
        byte[] given = octets(need(proof, "p"));
        if (given.length != signature.length) {
            throw new Malformed("a proof of SCRAM-SHA-256 has " + signature.length + " octets");
        }
        byte[] clientKey = new byte[signature.length];
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] = (byte) (given[i] ^ signature[i]);
        }
        if (!MessageDigest.isEqual(sha256(clientKey), keys.storedKey())) {
            throw new Failed("name or password is wrong");
        }
        String verifier = "v=" + Base64.getEncoder().encodeToString(hmac(keys.serverKey(), signed));
        return peer.ask(encoded(verifier)) == null
                ? Optional.empty()
                : Optional.of(new Outcome(user, Optional.empty(), authorization(gs2[1])));
    }

    private static String authorization(String header) {
        return header.startsWith("a=") ? name(header.substring(2)) : "";
    }

    private static Map<String, String> attributes(String message) {
        Map<String, String> attributes = new HashMap<>();
        for (String attribute : message.split(",", -1)) {
            int equals = attribute.indexOf('=');
            if (equals == 1) {
                attributes.putIfAbsent(attribute.substring(0, 1), attribute.substring(2));
            }
        }
        return attributes;
    }

    private static String need(Map<String, String> attributes, String name) {
        String value = attributes.get(name);
        if (value == null || value.isEmpty()) {
            throw new Malformed("SCRAM's attribute " + name + " is missing");
        }
        return value;
    }

    /** A saslname: commas and equals signs are written {@code =2C} and {@code =3D}. */
    private static String name(String written) {
        return written.replace("=2C", ",").replace("=3D", "=");
    }

    private static String nonce() {
        byte[] octets = new byte[NONCE_OCTETS];
        new SecureRandom().nextBytes(octets);
        return Base64.getEncoder().encodeToString(octets);
    }

    private static byte[] octets(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException notBase64) {
            throw new Malformed("the proof is not base 64");
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }
}

package org.merpati.wire;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * TLS of a listener.
 *
 * @param context keys and trust
 * @param implicit whether the handshake begins with the connection; otherwise the dialogue starts it
 * @param client whether the peer must show a certificate, may show one, or is not asked
 */
public record Tls(SSLContext context, boolean implicit, ClientCertificate client) {
    /** Whether the peer is asked for a certificate. */
    public enum ClientCertificate {
        NOT_ASKED,
        WANTED,
        REQUIRED
    }

    /** Encryption without authentication, for a client that has no way to tell whom it should believe. */
    public static SSLContext unauthenticated() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, null);
            return context;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** Believes every certificate. */
    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** TLS from the first octet, without client certificates. */
    public static Tls implicit(SSLContext context) {
        return new Tls(context, true, ClientCertificate.NOT_ASKED);
    }

    /** TLS from the first octet; the peer must show a certificate that the context believes. */
    public static Tls mutual(SSLContext context) {
        return new Tls(context, true, ClientCertificate.REQUIRED);
    }
}

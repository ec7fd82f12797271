package org.merpati.wire;

import javax.net.ssl.SSLContext;

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

    /** TLS from the first octet, without client certificates. */
    public static Tls implicit(SSLContext context) {
        return new Tls(context, true, ClientCertificate.NOT_ASKED);
    }

    /** TLS from the first octet; the peer must show a certificate that the context believes. */
    public static Tls mutual(SSLContext context) {
        return new Tls(context, true, ClientCertificate.REQUIRED);
    }
}

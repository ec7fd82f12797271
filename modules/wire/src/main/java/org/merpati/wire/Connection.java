package org.merpati.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * One connection as the code of a dialogue sees it: blocking streams for a virtual thread. Reading waits for octets
 * and throws {@link java.net.SocketTimeoutException} when the idle time-out passes; writing waits while the peer does
 * not read (bounded buffers). Closing from any thread ends both.
 */
public interface Connection extends AutoCloseable {
    /** A short name for logs, unique in this process. */
    String name();

    /** The peer, or the client that a trusted proxy introduced. */
    InetSocketAddress remote();

    /** The address that was connected to. */
    InetSocketAddress local();

    /** Octets from the peer, buffered; {@code available()} tells what can be read without waiting. */
    InputStream in();

    /** Octets to the peer, buffered until {@code flush()}. */
    OutputStream out();

    /** Whether TLS is on. */
    boolean secure();

    /** The verified certificate that the peer showed, if TLS asked for one. */
    Optional<X509Certificate> peerCertificate();

    /**
     * Turns TLS on, as a server, after what is buffered has been flushed in clear. Octets that the peer pipelined in
     * clear behind its command are dropped (RFC 2595 §2.1, the STARTTLS injection).
     *
     * @throws IOException if the handshake fails
     */
    void startTls(SSLContext context) throws IOException;

    /** How long a read may wait; zero waits for ever. */
    void idleTimeout(Duration limit);

    /** Whether it is still open at this end. */
    boolean open();

    /** Closes after what was flushed has been sent. */
    @Override
    void close();
}

package org.merpati.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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

    /** Sends a line of text at once. */
    default void say(String line) throws IOException {
        out().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        out().flush();
    }

    /**
     * Reads a line, without its end and the white space around it.
     *
     * @param limit the most octets of it
     * @throws IOException if the peer breaks off or sends more
     */
    default String line(int limit) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in().read(); octet != '\n'; octet = in().read()) {
            if (octet < 0) {
                throw new IOException(remote() + " broke off in the middle of a line");
            }
            if (line.length() >= limit) {
                throw new IOException(remote() + " sends a line of more than " + limit + " octets");
            }
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    /** Whether TLS is on. */
    boolean secure();

    /** The verified certificate that the peer showed, if TLS asked for one. */
    Optional<X509Certificate> peerCertificate();

    /**
     * Turns TLS on, as the side that accepted or that connected, after what is buffered has been flushed in clear.
     * Octets that the peer pipelined in clear behind its command are dropped (RFC 2595 §2.1, the STARTTLS injection).
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

package org.merpati.smtp;

import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a listener speaks POP3.
 *
 * @param hostname the name it greets with
 * @param startTls what STLS begins with; none where it is not offered
 * @param clearLoginOnLoopback whether passwords of clients on this machine may cross without TLS
 * @param attempts how many logins may fail before the connection ends
 * @param idle how long a session may be silent; RFC 1939 §3 wants ten minutes at least
 */
public record Pop3Config(
        String hostname, Optional<SSLContext> startTls, boolean clearLoginOnLoopback, int attempts, Duration idle) {
    /** Whether somebody on this connection may log in now. */
    boolean mayLogIn(org.merpati.wire.Connection connection) {
        return connection.secure()
                || (clearLoginOnLoopback && connection.remote().getAddress().isLoopbackAddress());
    }
}

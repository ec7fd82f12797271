package org.merpati.smtp;

import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a listener speaks SMTP.
 *
 * @param kind what the listener is for
 * @param hostname the name it greets with
 * @param startTls what STARTTLS begins with; none where TLS is on from the first octet or not to be had
 * @param clearLoginOnLoopback whether AUTH is offered without TLS to loopback
 * @param messageLimit octets of the longest message
 * @param recipientLimit recipients of one message
 * @param idle how long a session may be silent
 */
public record SmtpConfig(
        Kind kind,
        String hostname,
        Optional<SSLContext> startTls,
        boolean clearLoginOnLoopback,
        int messageLimit,
        int recipientLimit,
        Duration idle) {
    /** What a listener is for. */
    public enum Kind {
        /** Mail from other servers (RFC 5321). */
        RELAY,
        /** Mail from the people of our domains, who log in (RFC 6409). */
        SUBMISSION,
        /** Submission through one of our proxies, which has checked the login and introduces the account. */
        PROXIED,
        /** Delivery (RFC 2033). */
        LMTP
    }
}

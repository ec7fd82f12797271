package org.merpati.mta;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.merpati.kernel.Address;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpClient;
import org.merpati.smtp.SmtpRefusal;
import org.merpati.wire.Connection;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

/** Delivery to other hosts by SMTP (RFC 5321 §5), with TLS wherever it is to be had (RFC 7435). */
final class RemoteDelivery {
    /** SMTP's port. */
    static final int PORT = 25;

    private static final int HOSTS = 5;
    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final Duration ANSWER = Duration.ofMinutes(5);

    private final Network network;
    private final MailExchanges exchanges;
    private final String hostname;
    /** For hosts that nothing obliges to prove who they are. */
    private final SSLContext anyone = Tls.unauthenticated();

    RemoteDelivery(Network network, MailExchanges exchanges, String hostname) {
        this.network = network;
        this.exchanges = exchanges;
        this.hostname = hostname;
    }

    /** One message for recipients that the same hosts take. */
    private static final class Sending {
        private final Optional<Address> sender;
        private final List<Envelope.Recipient> recipients;
        private final MailBody body;
        private final Runnable beforeDot;
        private boolean dot;

        Sending(Optional<Address> sender, List<Address> to, MailBody body, Runnable beforeDot) {
            this.sender = sender;
            this.recipients = to.stream().map(Envelope.Recipient::of).toList();
            this.body = body;
            this.beforeDot = beforeDot;
        }

        List<Reply> all(Reply reply) {
            List<Reply> replies = new ArrayList<>();
            recipients.forEach(r -> replies.add(reply));
            return replies;
        }
    }

    /**
     * Delivers to recipients of one domain, or through the smart host.
     *
     * @param beforeDot called before the final dot; if it throws, nothing is sent
     * @return a reply for each; where nobody answered, a 4xx of our own
     * @throws TryLater if beforeDot does
     */
    List<Reply> deliver(Optional<Address> sender, List<Address> to, MailBody body, Runnable beforeDot) {
        Sending sending = new Sending(sender, to, body, beforeDot);
        MailExchanges.Found found;
        try {
            found = exchanges.of(to.getFirst().domain());
        } catch (TryLater later) {
            return sending.all(new Reply(451, "4.4.3 " + later.sentence()));
        }
        Reply last = found.none();
        for (InetSocketAddress host : found.hosts().stream().limit(HOSTS).toList()) {
            try {
                return send(host, sending);
            } catch (SmtpRefusal refusal) {
                last = refusal.reply();
            } catch (IOException broken) {
                last = new Reply(451, "4.4.1 " + host.getHostString() + ": " + broken.getMessage());
            }
            // After the dot the host may have taken the message; the next one must not get it too.
            if (sending.dot) {
                break;
            }
        }
        return sending.all(last);
    }

    private List<Reply> send(InetSocketAddress host, Sending sending) throws IOException {
        try {
            return send(host, sending, Optional.of(anyone));
        } catch (SmtpRefusal refusal) {
            throw refusal;
        } catch (IOException broken) {
            if (sending.dot || !String.valueOf(broken.getMessage()).contains("TLS")) {
                throw broken;
            }
            return send(host, sending, Optional.empty());
        }
    }

    private List<Reply> send(InetSocketAddress host, Sending sending, Optional<SSLContext> tls) throws IOException {
        Connection connection = network.connect(host, CONNECT, Optional.empty());
        boolean clean = false;
        SmtpClient client = null;
        try {
            client = SmtpClient.greet(connection, hostname, false, tls, ANSWER);
            boolean eight = client.extensions().containsKey("8BITMIME");
            Map<String, String> parameters = eight ? Map.of("BODY", "8BITMIME") : Map.of();
            Envelope envelope = new Envelope(sending.sender, parameters, sending.recipients);
            List<Reply> replies = client.send(envelope, sending.body::writeTo, () -> {
                sending.beforeDot.run();
                sending.dot = true;
            });
            clean = true;
            return replies;
        } finally {
            if (clean && client != null) {
                client.close();
            } else {
                connection.close();
            }
        }
    }
}

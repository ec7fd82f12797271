package org.merpati.mailbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.directory.Logins;
import org.merpati.imap.ImapService;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Role;
import org.merpati.runtime.Lifecycle;
import org.merpati.runtime.NodeConfig;
import org.merpati.smtp.Pop3Config;
import org.merpati.smtp.Pop3Service;
import org.merpati.smtp.SmtpConfig;
import org.merpati.smtp.SmtpService;
import org.merpati.wire.Dialogue;
import org.merpati.wire.LocalDoor;
import org.merpati.wire.Network;
import org.merpati.wire.PreLogin;
import org.merpati.wire.Tls;

/**
 * The mailbox role: takes deliveries by LMTP (RFC 2033, mutual TLS, port 7025) and serves IMAP (RFC 3501) and POP3
 * (RFC 1939) to proxies (mutual TLS, port 7143) and, where configured, to clients. Keys: {@code listeners.imap},
 * {@code listeners.imaps}, {@code listeners.pop3}, {@code listeners.pop3s}.
 */
public final class MailboxRole implements AutoCloseable {
    private static final int NODES = 10_000;
    private static final int ATTEMPTS = 5;
    private static final int MISTAKES = 50;
    private static final Duration LOGIN_DELAY = Duration.ofSeconds(1);
    /** RFC 1939 §3. */
    private static final Duration POP3_IDLE = Duration.ofMinutes(10);

    private final Lifecycle parts = new Lifecycle();

    /**
     * Opens the listeners.
     *
     * @param publicTls what clients are shown
     * @param door is opened to the proxy of this node
     */
    public MailboxRole(
            NodeConfig config,
            NodeInfo self,
            NodeIdentity identity,
            SSLContext publicTls,
            Network network,
            Shards shards,
            Logins logins,
            LocalDoor door,
            String hostname,
            Clock clock)
            throws IOException {
        Path arriving = config.data().resolve("arriving");
        empty(arriving);
        SmtpConfig lmtp = new SmtpConfig(
                SmtpConfig.Kind.LMTP,
                hostname,
                Optional.empty(),
                false,
                config.limits().message() + 64 * 1024,
                config.limits().recipients(),
                Duration.ofMinutes(5));
        Optional<Tls> mutual = Optional.of(Tls.mutual(identity.mutualTls()));
        SmtpService deliveries = new SmtpService(lmtp, new DeliveryReception(shards, arriving));
        listen(network, "lmtp", new InetSocketAddress(self.host(), self.lmtpPort()), mutual, NODES, deliveries);
        ImapService imap = new ImapService(
                new CheckedLogins(logins, shards),
                new PreLogin.Settings(
                        hostname,
                        config.security().clearLoginOnLoopback(),
                        Optional.of(publicTls),
                        CheckedLogins.sasl(logins),
                        LOGIN_DELAY,
                        ATTEMPTS,
                        MISTAKES),
                ImapService.Settings.DEFAULTS,
                clock);
        Pop3Config popConfig = new Pop3Config(
                hostname, Optional.of(publicTls), config.security().clearLoginOnLoopback(), ATTEMPTS, POP3_IDLE);
        Maildrops maildrops = new Maildrops(logins, shards);
        Pop3Service pop3 = new Pop3Service(popConfig, maildrops);
        OwnerDialogue owner = new OwnerDialogue(shards, imap, pop3, maildrops);
        door.open(owner);
        int limit = config.limits().connections();
        listen(network, "owner", new InetSocketAddress(self.host(), self.imapPort()), mutual, limit, owner);
        if (!self.has(Role.PROXY)) {
            Optional<Tls> implicit = Optional.of(Tls.implicit(publicTls));
            NodeConfig.Listeners wanted = config.listeners();
            front(network, "imap", wanted.imap(), Optional.empty(), limit, imap);
            front(network, "imaps", wanted.imaps(), implicit, limit, imap);
            front(network, "pop3", wanted.pop3(), Optional.empty(), limit, pop3);
            front(network, "pop3s", wanted.pop3s(), implicit, limit, pop3);
        }
    }

    private void front(
            Network network,
            String name,
            Optional<InetSocketAddress> at,
            Optional<Tls> tls,
            int limit,
            Dialogue dialogue)
            throws IOException {
        if (at.isPresent()) {
            listen(network, name, at.get(), tls, limit, dialogue);
        }
    }

    private void listen(
            Network network, String name, InetSocketAddress at, Optional<Tls> tls, int limit, Dialogue dialogue)
            throws IOException {
        parts.add(name, network.listen(name, at, tls, limit, dialogue));
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> left = Files.list(folder)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}

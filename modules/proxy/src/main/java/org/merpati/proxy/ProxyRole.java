package org.merpati.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.Members;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
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
 * The proxy role: the door that clients knock at (RFC 3501, RFC 1939, RFC 6409, RFC 8314). Keys:
 * {@code listeners.imap}, {@code listeners.imaps}, {@code listeners.pop3}, {@code listeners.pop3s},
 * {@code listeners.submission} and {@code listeners.smtps}; the last two belong to the MTA role on a node that has
 * both.
 */
public final class ProxyRole implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final int MISTAKES = 50;
    private static final Duration LOGIN_DELAY = Duration.ofSeconds(1);
    private static final Duration BEFORE_LOGIN = Duration.ofMinutes(10);

    private final Lifecycle parts = new Lifecycle();

    /**
     * Opens the listeners.
     *
     * @param publicTls what clients are shown
     * @param door leads to the mailboxes of this node, if it has any
     */
    public ProxyRole(
            NodeConfig config,
            Topology topology,
            Members members,
            Directory directory,
            NodeIdentity identity,
            SSLContext publicTls,
            Network network,
            Routes routes,
            Logins logins,
            LocalDoor door,
            String hostname)
            throws IOException {
        PreLogin.Settings settings = new PreLogin.Settings(
                hostname,
                config.security().clearLoginOnLoopback(),
                Optional.of(publicTls),
                OwnerLink.sasl(logins),
                LOGIN_DELAY,
                ATTEMPTS,
                MISTAKES);
        OwnerLink link = new OwnerLink(logins, topology, routes, identity, network, door);
        ImapFront imap = new ImapFront(settings, link);
        Pop3Service pop3 = new Pop3Service(
                new Pop3Config(
                        hostname,
                        Optional.of(publicTls),
                        config.security().clearLoginOnLoopback(),
                        ATTEMPTS,
                        BEFORE_LOGIN),
                new Pop3Front(link));
        Optional<Tls> implicit = Optional.of(Tls.implicit(publicTls));
        NodeConfig.Listeners wanted = config.listeners();
        int limit = config.limits().connections();
        listen(network, "imap", wanted.imap(), Optional.empty(), limit, imap);
        listen(network, "imaps", wanted.imaps(), implicit, limit, imap);
        listen(network, "pop3", wanted.pop3(), Optional.empty(), limit, pop3);
        listen(network, "pop3s", wanted.pop3s(), implicit, limit, pop3);
        submission(config, topology, members, directory, identity, publicTls, network, logins, hostname);
    }

    private void submission(
            NodeConfig config,
            Topology topology,
            Members members,
            Directory directory,
            NodeIdentity identity,
            SSLContext publicTls,
            Network network,
            Logins logins,
            String hostname)
            throws IOException {
        if (topology.node(identity.node()).has(Role.MTA)) {
            return;
        }
        SubmissionFront front = new SubmissionFront(directory, logins, topology, members, identity, network, hostname);
        int limit = config.limits().connections();
        SmtpService clear = new SmtpService(smtp(config, hostname, Optional.of(publicTls)), front, front);
        listen(network, "submission", config.listeners().submission(), Optional.empty(), limit, clear);
        SmtpService secure = new SmtpService(smtp(config, hostname, Optional.empty()), front, front);
        listen(network, "smtps", config.listeners().smtps(), Optional.of(Tls.implicit(publicTls)), limit, secure);
    }

    private void listen(
            Network network,
            String name,
            Optional<InetSocketAddress> at,
            Optional<Tls> tls,
            int limit,
            Dialogue dialogue)
            throws IOException {
        if (at.isPresent()) {
            parts.add(name, network.listen(name, at.get(), tls, limit, dialogue));
        }
    }

    private static SmtpConfig smtp(NodeConfig config, String hostname, Optional<SSLContext> startTls) {
        return new SmtpConfig(
                SmtpConfig.Kind.SUBMISSION,
                hostname,
                startTls,
                config.security().clearLoginOnLoopback(),
                config.limits().message(),
                config.limits().recipients(),
                Duration.ofMinutes(5));
    }

    @Override
    public void close() {
        parts.close();
    }
}

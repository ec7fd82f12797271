package org.merpati.proxy;

import java.io.IOException;
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
import org.merpati.smtp.SmtpConfig;
import org.merpati.smtp.SmtpService;
import org.merpati.wire.Network;
import org.merpati.wire.PreLogin;
import org.merpati.wire.Tls;

/**
 * The proxy role: the door that clients knock at (RFC 3501, RFC 6409, RFC 8314). Keys: {@code listeners.imap},
 * {@code listeners.imaps}, {@code listeners.submission} and {@code listeners.smtps}; the last two belong to the MTA
 * role on a node that has both.
 */
public final class ProxyRole implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final int MISTAKES = 50;

    private final Lifecycle parts = new Lifecycle();

    /**
     * Opens the listeners.
     *
     * @param publicTls what clients are shown
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
            String hostname)
            throws IOException {
        PreLogin.Settings settings = new PreLogin.Settings(
                hostname, config.security().clearLoginOnLoopback(), Optional.of(publicTls), ATTEMPTS, MISTAKES);
        ImapFront imap = new ImapFront(settings, logins, topology, routes, identity, network);
        int limit = config.limits().connections();
        if (config.listeners().imap().isPresent()) {
            parts.add("imap", network.listen("imap", config.listeners().imap().get(), Optional.empty(), limit, imap));
        }
        if (config.listeners().imaps().isPresent()) {
            Tls tls = Tls.implicit(publicTls);
            parts.add(
                    "imaps", network.listen("imaps", config.listeners().imaps().get(), Optional.of(tls), limit, imap));
        }
        SubmissionFront front = new SubmissionFront(directory, logins, topology, members, identity, network, hostname);
        if (config.listeners().submission().isPresent()
                && !topology.node(identity.node()).has(Role.MTA)) {
            SmtpService submission = new SmtpService(smtp(config, hostname, Optional.of(publicTls)), front, front);
            parts.add(
                    "submission",
                    network.listen(
                            "submission", config.listeners().submission().get(), Optional.empty(), limit, submission));
        }
        if (config.listeners().smtps().isPresent()
                && !topology.node(identity.node()).has(Role.MTA)) {
            SmtpService submission = new SmtpService(smtp(config, hostname, Optional.empty()), front, front);
            Tls tls = Tls.implicit(publicTls);
            parts.add(
                    "smtps",
                    network.listen("smtps", config.listeners().smtps().get(), Optional.of(tls), limit, submission));
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

package org.merpati.proxy;

import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Logins;
import org.merpati.runtime.Lifecycle;
import org.merpati.runtime.NodeConfig;
import org.merpati.wire.Network;
import org.merpati.wire.PreLogin;
import org.merpati.wire.Tls;

/**
 * The proxy role: the door that clients knock at (RFC 3501, RFC 8314). Keys: {@code listeners.imap} and
 * {@code listeners.imaps}.
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
            parts.add("imaps", network.listen("imaps", config.listeners().imaps().get(), Optional.of(tls), limit, imap));
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}

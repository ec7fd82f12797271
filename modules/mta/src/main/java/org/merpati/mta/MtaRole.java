package org.merpati.mta;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.Members;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Ids;
import org.merpati.runtime.Lifecycle;
import org.merpati.runtime.NodeConfig;
import org.merpati.smtp.SmtpConfig;
import org.merpati.smtp.SmtpService;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

public final class MtaRole implements AutoCloseable {
    private final Lifecycle parts = new Lifecycle();

    public MtaRole(
            NodeConfig config,
            Topology topology,
            NodeInfo self,
            NodeIdentity identity,
            SSLContext publicTls,
            Network network,
            Routes routes,
            Members members,
            Directory directory,
            Logins logins,
            List<Spool> spools,
            String hostname,
            Ids ids,
            Clock clock)
            throws IOException {
        LmtpDelivery lmtp = new LmtpDelivery(topology, routes, identity, network, hostname);
        List<QueueRunner> runners = new ArrayList<>();
        for (Spool spool : spools) {
            runners.add(parts.add("queue", new QueueRunner(
                    spool,
                    lmtp,
                    directory,
                    clock,
                    config.timing().retryFirst(),
                    config.timing().retryLast(),
                    config.mta().deliveries())));
        }
        members.onRoute(route -> runners.forEach(r -> r.routeChanged(route.group())));
        int limit = config.limits().connections();
        if (config.listeners().smtp().isPresent()) {
            MtaReception reception = new MtaReception(hostname, false, directory, logins, spools, lmtp, ids, clock);
            parts.add("smtp", network.listen("smtp", config.listeners().smtp().get(), Optional.empty(), limit,
                    new SmtpService(smtp(SmtpConfig.Kind.RELAY, config, hostname, Optional.of(publicTls)), reception)));
        }
        MtaReception reception = new MtaReception(hostname, true, directory, logins, spools, lmtp, ids, clock);
        parts.add("proxied", network.listen(
                "submission-port",
                new InetSocketAddress(self.host(), self.submissionPort()),
                Optional.of(Tls.mutual(identity.mutualTls())),
                limit,
                new SmtpService(smtp(SmtpConfig.Kind.PROXIED, config, hostname, Optional.empty()), reception)));
    }

    private static SmtpConfig smtp(SmtpConfig.Kind kind, NodeConfig config, String hostname, Optional<SSLContext> tls) {
        return new SmtpConfig(kind, hostname, tls, config.security().clearLoginOnLoopback(),
                config.limits().message(), config.limits().recipients(), Duration.ofMinutes(5));
    }

    @Override
    public void close() {
        parts.close();
    }
}

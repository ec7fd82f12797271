package org.merpati.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.Authority;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.JoinToken;
import org.merpati.cluster.MinaNodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;
import org.merpati.node.layout.LayoutFile;
import org.merpati.runtime.NodeConfig;
import org.merpati.wire.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that a node has its certificate: from the CA that lies here, or by joining with a token. */
final class Identities {
    private static final Logger LOG = LoggerFactory.getLogger(Identities.class);
    private static final long PAUSE_NANOS = 500_000_000;
    private static final int TRIES = 240;

    private Identities() {}

    /** Returns the CA's service where the CA lies here. */
    static Optional<Enrollment> prepare(
            NodeConfig config, Topology topology, NodeName self, Network network, LayoutFile kept) throws IOException {
        Path identity = config.data().resolve("identity");
        Path authority = Node.authorityFolder(config);
        if (!Authority.existsIn(authority) && !FileIdentity.existsIn(identity)) {
            join(config, topology, self, network, kept);
        }
        if (!Authority.existsIn(authority)) {
            return Optional.empty();
        }
        Enrollment enrollment = enrollment(config, topology);
        if (!FileIdentity.existsIn(identity)) {
            enrollment.enrollHere(self, identity);
        }
        return Optional.of(enrollment);
    }

    /**
     * Has the CA come to a node that votes in the directory in the place of another, and returns its service.
     *
     * @param channel to the nodes that hold it
     */
    static Optional<Enrollment> inherit(
            NodeConfig config, Topology topology, FileIdentity self, MinaNodeChannel channel) throws IOException {
        if (!topology.directory().isVoter(self.node())) {
            return Optional.empty();
        }
        if (Node.secret(config).passphrase().isEmpty()) {
            LOG.warn(
                    "node {} votes in the directory but cannot hold the cluster's CA, since its secret file {} has no"
                            + " passphrase: add that of the other directory nodes and restart it",
                    self.node(),
                    Node.secretPath(config));
            return Optional.empty();
        }
        return Enrollment.inherit(topology, self, channel, Node.authorityFolder(config))
                ? Optional.of(enrollment(config, topology))
                : Optional.empty();
    }

    static Enrollment enrollment(NodeConfig config, Topology topology) throws IOException {
        List<String> names =
                List.of(config.cluster().domain(), "*." + config.cluster().domain());
        return new Enrollment(topology, Node.authority(config), Node.authorityFolder(config), names, Clock.system());
    }

    private static void join(NodeConfig config, Topology topology, NodeName self, Network network, LayoutFile kept)
            throws IOException {
        Path identity = config.data().resolve("identity");
        Path authority = Node.authorityFolder(config);
        JoinToken token = Node.secret(config)
                .token()
                .orElseThrow(() -> new Malformed("node " + self + " has no certificate and its secret file "
                        + Node.secretPath(config) + " no token: 'merpati node token " + self
                        + "' on a directory node makes one, or 'merpati init' a new cluster"));
        for (int i = 1; ; i++) {
            try {
                Enrollment.join(topology, self, token, network, identity, authority, newest -> {
                    if (topology.apply(newest)) {
                        kept.write(newest);
                    }
                });
                return;
            } catch (TryLater away) {
                if (i == TRIES) {
                    throw new IOException(away.sentence(), away);
                }
                LOG.info("waiting to join: {}", away.sentence());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}

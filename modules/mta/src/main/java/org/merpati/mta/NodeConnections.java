package org.merpati.mta;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.kernel.NodeName;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpClient;
import org.merpati.wire.Connection;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

/** LMTP connections to the cluster's mailbox nodes, a few kept open to each. */
final class NodeConnections implements AutoCloseable {
    private static final int KEPT = 8;
    private static final long KEPT_NANOS = Duration.ofSeconds(60).toNanos();

    /** A connection that can be used again. */
    private record Kept(Connection connection, SmtpClient client, long since) {}

    /** One message on its way; it can be given up from another thread. */
    static final class Call {
        private final Envelope envelope;
        private final MailBody body;
        private final Duration limit;
        private @Nullable Connection inUse;
        private boolean aborted;

        Call(Envelope envelope, MailBody body, Duration limit) {
            this.envelope = envelope;
            this.body = body;
            this.limit = limit;
        }

        private synchronized void use(@Nullable Connection connection) throws IOException {
            inUse = connection;
            if (aborted && connection != null) {
                connection.close();
                throw new IOException("the delivery was given up");
            }
        }

        /** Closes the connection that is in use, if one is. */
        synchronized void abort() {
            aborted = true;
            if (inUse != null) {
                inUse.close();
            }
        }
    }

    private final Topology topology;
    private final NodeIdentity identity;
    private final Network network;
    private final String hostname;
    private final Map<NodeName, Deque<Kept>> idle = new ConcurrentHashMap<>();
    private volatile boolean closed;

    NodeConnections(Topology topology, NodeIdentity identity, Network network, String hostname) {
        this.topology = topology;
        this.identity = identity;
        this.network = network;
        this.hostname = hostname;
    }

    /**
     * Sends a message to a node.
     *
     * @return a reply for each recipient
     * @throws IOException if the node cannot be reached, is not who it should be, or breaks off
     */
    List<Reply> send(NodeName node, Call call) throws IOException {
        Kept kept = take(node);
        if (kept != null) {
            try {
                return send(node, kept, call);
            } catch (org.merpati.smtp.SmtpRefusal refused) {
                throw refused;
            } catch (IOException stale) {
                // The node was restarted since; the shard absorbs what it has taken already.
            }
        }
        return send(node, open(node, call), call);
    }

    private List<Reply> send(NodeName node, Kept kept, Call call) throws IOException {
        boolean clean = false;
        call.use(kept.connection());
        try {
            kept.connection().idleTimeout(call.limit);
            List<Reply> replies = kept.client().send(call.envelope, call.body::writeTo, () -> {});
            clean = replies.stream().allMatch(Reply::positive);
            return replies;
        } finally {
            call.use(null);
            if (clean) {
                give(node, kept);
            } else {
                kept.client().close();
            }
        }
    }

    private Kept open(NodeName node, Call call) throws IOException {
        NodeInfo info = topology.reach(node);
        Connection connection = network.connect(
                new InetSocketAddress(info.host(), info.lmtpPort()),
                call.limit,
                Optional.of(Tls.mutual(identity.mutualTls())));
        try {
            call.use(connection);
            Optional<NodeName> peer = connection.peerCertificate().flatMap(FileIdentity::nodeOf);
            if (!peer.equals(Optional.of(node))) {
                throw new IOException("who answers at " + info.host() + ":" + info.lmtpPort() + " is not node " + node);
            }
            SmtpClient client = SmtpClient.greet(connection, hostname, true, Optional.empty(), call.limit);
            return new Kept(connection, client, System.nanoTime());
        } catch (IOException failed) {
            connection.close();
            throw failed;
        }
    }

    private @Nullable Kept take(NodeName node) {
        Deque<Kept> kept = idle.computeIfAbsent(node, n -> new ArrayDeque<>());
        synchronized (kept) {
            for (Kept last = kept.pollLast(); last != null; last = kept.pollLast()) {
                if (last.connection().open() && System.nanoTime() - last.since() < KEPT_NANOS) {
                    return last;
                }
                last.client().close();
            }
            return null;
        }
    }

    private void give(NodeName node, Kept used) {
        Deque<Kept> kept = idle.computeIfAbsent(node, n -> new ArrayDeque<>());
        synchronized (kept) {
            if (!closed && kept.size() < KEPT && used.connection().open()) {
                kept.addLast(new Kept(used.connection(), used.client(), System.nanoTime()));
                return;
            }
        }
        used.client().close();
    }

    @Override
    public void close() {
        closed = true;
        for (Deque<Kept> kept : idle.values()) {
            synchronized (kept) {
                kept.forEach(k -> k.client().close());
                kept.clear();
            }
        }
    }
}

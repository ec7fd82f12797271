package org.merpati.cluster;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.wire.Connection;
import org.merpati.wire.InternalErrors;
import org.merpati.wire.Listener;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

/**
 * The node channel over mutual TLS. A request is the service's name and its octets; the answer is a sequence of frames
 * (a length, then so many octets) that ends with an empty frame, or with a length of -1 and a failure. Connections are
 * kept and used again.
 */
public final class MinaNodeChannel implements NodeChannel, AutoCloseable {
    private static final int FRAME = 32 * 1024;
    private static final int FAILED = -1;
    private static final int KEPT = 4;
    private static final Duration KEEP = Duration.ofSeconds(60);
    private static final int CONNECTIONS = 1_000;

    private final Topology topology;
    private final NodeIdentity identity;
    private final Network network;
    private final Map<String, Service> services = new ConcurrentHashMap<>();
    private final Map<NodeName, Deque<Connection>> kept = new ConcurrentHashMap<>();
    private final Listener listener;
    private final Map<String, Service> forStrangers = new ConcurrentHashMap<>();

    /** Opens the channel on an address of this node. */
    public MinaNodeChannel(Topology topology, NodeIdentity identity, Network network, InetSocketAddress address)
            throws IOException {
        this.topology = topology;
        this.identity = identity;
        this.network = network;
        Tls tls = new Tls(identity.mutualTls(), true, Tls.ClientCertificate.WANTED);
        this.listener = network.listen("channel", address, Optional.of(tls), CONNECTIONS, this::serve);
    }

    /** Offers a service that a peer without a certificate may ask. */
    void offerToStrangers(String service, Service implementation) {
        forStrangers.put(service, implementation);
    }

    @Override
    public void offer(String service, Service implementation) {
        services.put(service, implementation);
    }

    private void serve(Connection connection) throws IOException {
        connection.idleTimeout(KEEP.multipliedBy(2));
        Optional<NodeName> peer = connection.peerCertificate().flatMap(FileIdentity::nodeOf);
        int incarnation =
                connection.peerCertificate().map(FileIdentity::incarnationOf).orElse(1);
        DataInputStream in = new DataInputStream(connection.in());
        while (true) {
            String service;
            try {
                service = in.readUTF();
            } catch (EOFException done) {
                return;
            }
            int length = in.readInt();
            if (length < 0 || length > REQUEST_LIMIT) {
                return;
            }
            byte[] request = new byte[length];
            in.readFully(request);
            Optional<String> gone = peer.flatMap(node -> Removed.said(topology.layout(), node, incarnation));
            answer(connection, peer, gone, service, request);
        }
    }

    private void answer(
            Connection connection, Optional<NodeName> peer, Optional<String> gone, String service, byte[] request)
            throws IOException {
        Answer answer = new Answer(new DataOutputStream(connection.out()));
        try {
            Service implementation = forStrangers.get(service);
            if (implementation == null && peer.isPresent()) {
                if (gone.isPresent()) {
                    throw new Refused(Refused.Reason.NO_PERMISSION, gone.get());
                }
                implementation = services.get(service);
            }
            if (implementation == null) {
                throw new Refused(
                        Refused.Reason.NONEXISTENT,
                        "node " + identity.node() + " offers no service '" + service + "' to "
                                + peer.map(NodeName::value).orElse("a peer without a certificate"));
            }
            implementation.answer(peer.orElse(new NodeName("stranger")), request, answer);
            answer.end();
        } catch (Failure failure) {
            answer.fail(failure);
        } catch (RuntimeException bug) {
            InternalErrors.report("channel service " + service, bug);
            answer.fail(new TryLater("internal error on node " + identity.node()));
        }
    }

    @Override
    public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
        try (InputStream answer = stream(node, service, request, limit)) {
            byte[] octets = answer.readNBytes(REQUEST_LIMIT + 1);
            if (octets.length > REQUEST_LIMIT) {
                throw new TryLater(
                        "node " + node + " answers " + service + " with more than " + REQUEST_LIMIT + " octets");
            }
            return octets;
        } catch (IOException broken) {
            throw unreachable(node, broken);
        }
    }

    @Override
    public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
        if (request.length > REQUEST_LIMIT) {
            throw new Malformed("a request has at most " + REQUEST_LIMIT + " octets");
        }
        Connection reused = take(node);
        if (reused != null) {
            try {
                return begin(node, reused, service, request, limit);
            } catch (SocketTimeoutException unanswered) {
                reused.close();
                throw unreachable(node, unanswered);
            } catch (IOException stale) {
                reused.close();
            }
        }
        try {
            Connection fresh = connect(node, limit);
            try {
                return begin(node, fresh, service, request, limit);
            } catch (IOException | Failure failed) {
                fresh.close();
                throw failed;
            }
        } catch (IOException broken) {
            throw unreachable(node, broken);
        }
    }

    private static TryLater unreachable(NodeName node, IOException why) {
        return new TryLater("node " + node + " cannot be reached: " + why.getMessage());
    }

    private Connection connect(NodeName node, Duration limit) throws IOException {
        NodeInfo info = topology.reach(node);
        Connection connection = network.connect(
                new InetSocketAddress(info.host(), info.channelPort()),
                limit,
                Optional.of(Tls.mutual(identity.mutualTls())));
        Optional<NodeName> peer = connection.peerCertificate().flatMap(FileIdentity::nodeOf);
        if (!peer.equals(Optional.of(node))) {
            connection.close();
            throw new IOException(info.host() + ":" + info.channelPort() + " is "
                    + peer.map(NodeName::value).orElse("nobody") + ", not " + node);
        }
        return connection;
    }

    /** Asks a peer over a connection that is used for nothing else. */
    static byte[] askOnce(NodeName node, Connection connection, String service, byte[] request, Duration limit)
            throws IOException {
        write(connection, service, request, limit);
        try (Answered answered = new Answered(node, connection, c -> {})) {
            answered.frame();
            return answered.readNBytes(REQUEST_LIMIT);
        }
    }

    private static void write(Connection connection, String service, byte[] request, Duration limit)
            throws IOException {
        connection.idleTimeout(limit);
        DataOutputStream out = new DataOutputStream(connection.out());
        out.writeUTF(service);
        out.writeInt(request.length);
        out.write(request);
        out.flush();
    }

    private InputStream begin(NodeName node, Connection connection, String service, byte[] request, Duration limit)
            throws IOException {
        write(connection, service, request, limit);
        Answered answered = new Answered(node, connection, c -> keep(node, c));
        answered.frame();
        return answered;
    }

    private @Nullable Connection take(NodeName node) {
        Deque<Connection> idle = kept.get(node);
        if (idle == null) {
            return null;
        }
        synchronized (idle) {
            for (Connection c = idle.pollLast(); c != null; c = idle.pollLast()) {
                if (c.open()) {
                    return c;
                }
            }
            return null;
        }
    }

    private void keep(NodeName node, Connection connection) {
        Deque<Connection> idle = kept.computeIfAbsent(node, n -> new ArrayDeque<>());
        synchronized (idle) {
            if (idle.size() < KEPT) {
                idle.addLast(connection);
                return;
            }
        }
        connection.close();
    }

    @Override
    public void close() {
        kept.values().forEach(idle -> {
            synchronized (idle) {
                idle.forEach(Connection::close);
                idle.clear();
            }
        });
        listener.close();
    }

    /** Writes an answer in frames. */
    private static final class Answer extends FilterOutputStream {
        private final DataOutputStream data;

        Answer(DataOutputStream data) {
            super(data);
            this.data = data;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int at, int length) throws IOException {
            for (int done = 0; done < length; done += FRAME) {
                int part = Math.min(FRAME, length - done);
                data.writeInt(part);
                data.write(octets, at + done, part);
            }
        }

        void end() throws IOException {
            data.writeInt(0);
            data.flush();
        }

        void fail(Failure failure) throws IOException {
            data.writeInt(FAILED);
            data.writeUTF(
                    switch (failure) {
                        case Malformed m -> "malformed";
                        case Refused refused -> refused.reason().name();
                        case TryLater later -> "later";
                    });
            data.writeUTF(failure.sentence());
            data.flush();
        }
    }

    /** Reads an answer's frames; hands the connection back when the answer is complete. */
    private static final class Answered extends InputStream {
        private final NodeName node;
        private final Connection connection;
        private final DataInputStream in;
        private final Consumer<Connection> done;
        private int left;
        private boolean complete;

        Answered(NodeName node, Connection connection, Consumer<Connection> done) {
            this.done = done;
            this.node = node;
            this.connection = connection;
            this.in = new DataInputStream(connection.in());
        }

        /** Reads a frame's length; throws what the peer failed with. */
        void frame() throws IOException {
            left = in.readInt();
            if (left == 0) {
                complete = true;
                done.accept(connection);
            } else if (left == FAILED) {
                String kind = in.readUTF();
                String sentence = in.readUTF();
                complete = true;
                done.accept(connection);
                throw failure(kind, sentence);
            } else if (left < 0 || left > FRAME) {
                throw new IOException("node " + node + " breaks the channel's framing");
            }
        }

        private static Failure failure(String kind, String sentence) {
            return switch (kind) {
                case "malformed" -> new Malformed(sentence);
                case "later" -> new TryLater(sentence);
                default -> new Refused(Refused.Reason.named(kind), sentence);
            };
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int at, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            // The next frame of a feed may be long in coming: it is waited for when octets of it are asked for.
            if (left == 0 && !complete) {
                frame();
            }
            if (complete) {
                return -1;
            }
            int n = in.read(into, at, Math.min(length, left));
            if (n < 0) {
                throw new EOFException("node " + node + " broke off its answer");
            }
            left -= n;
            return n;
        }

        @Override
        public void close() {
            if (!complete) {
                connection.close();
            }
        }
    }
}

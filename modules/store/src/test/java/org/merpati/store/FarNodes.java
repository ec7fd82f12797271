package org.merpati.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.merpati.cluster.Authority;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.JoinToken;
import org.merpati.cluster.MinaNodeChannel;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.RouteTable;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.store.relay.RelayedJournal;
import org.merpati.store.remote.RemoteAnswers;
import org.merpati.store.remote.RemoteStore;
import org.merpati.wire.Network;

/** Nodes with a channel between them: two that may lead a shard, and two that have no copy of it. */
final class FarNodes implements AutoCloseable {
    static final NodeName FAR = new NodeName("far");
    static final NodeName SMTP = new NodeName("smtp");
    private static final GroupName SHARD = Shard.IDENTITY.group();
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Network network = new Network("far", 1);
    private final Topology topology;
    private final List<MinaNodeChannel> channels = new ArrayList<>();
    private final Path folder;
    private final AtomicLong epoch = new AtomicLong(3);
    private volatile Route leader = new Route(SHARD, TapeJournal.HERE, new Epoch(3));

    /** The octets that the nodes without a copy have asked with and were answered with. */
    final AtomicLong octets = new AtomicLong();
    /** Whether the next answer to who watches is lost on its way. */
    final AtomicBoolean losing = new AtomicBoolean();

    /** How often they have asked. */
    final AtomicLong questions = new AtomicLong();

    FarNodes(Path folder) throws IOException {
        this.folder = folder;
        topology = new Topology(
                new Id(1, 2),
                List.of(
                        node(TapeJournal.HERE, Role.MAILBOX),
                        node(TapeJournal.ELSEWHERE, Role.MAILBOX),
                        node(FAR, Role.MAILBOX),
                        node(SMTP, Role.MTA)));
        Authority authority = Authority.create(folder.resolve("ca"), "test", "a long passphrase".toCharArray());
        Enrollment enrollment = new Enrollment(topology, authority, folder.resolve("ca"), List.of(), Clock.system());
        enrollment.enrollHere(TapeJournal.HERE, identity(TapeJournal.HERE));
        open(TapeJournal.HERE);
        enrollment.offerOn(channels.getFirst());
        for (NodeName node : List.of(TapeJournal.ELSEWHERE, FAR, SMTP)) {
            JoinToken token = enrollment.token(node);
            Enrollment.join(topology, node, token, network, identity(node), folder.resolve(node + "-ca"), layout -> {});
            open(node);
        }
        for (MinaNodeChannel voter : channels.subList(0, 2)) {
            new Routes(topology, new RouteTable(), voter).answer(SHARD, () -> Optional.of(leader));
        }
    }

    private static NodeInfo node(NodeName name, Role role) throws IOException {
        return new NodeInfo(name, "127.0.0.1", Set.of(role), port(), port(), port());
    }

    private static int port() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private Path identity(NodeName node) {
        return folder.resolve(node.value());
    }

    private void open(NodeName node) throws IOException {
        channels.add(new MinaNodeChannel(
                topology,
                FileIdentity.open(node, identity(node)),
                network,
                new InetSocketAddress("127.0.0.1", topology.node(node).channelPort())));
    }

    private MinaNodeChannel channel(NodeName node) {
        return channels.get(topology.nodes().indexOf(topology.node(node)));
    }

    /** Has a node lead the shard, with what it answers from. */
    RemoteAnswers lead(NodeName node, MailStore store, TapeJournal journal) {
        leader = new Route(SHARD, node, new Epoch(epoch.incrementAndGet()));
        new RelayedJournal.Leading(channel(node), topology).add(journal);
        RemoteAnswers answers = new RemoteAnswers(channel(node), topology);
        answers.add(store);
        return answers;
    }

    /** The shard as a node without a copy of it has it. */
    RemoteStore at(NodeName node, UnaryOperator<byte[]> summariser, Quotas quotas) {
        NodeChannel counted = new Counted(channel(node));
        Ids ids = new Ids(Clock.system(), new Random(9));
        Routes routes = new Routes(topology, new RouteTable(), counted);
        return new RemoteStore(SHARD, routes, counted, ids, summariser, account -> quotas.each());
    }

    /** Asks as a node does. */
    byte[] ask(NodeName node, String service, byte[] request) {
        return channel(node).ask(TapeJournal.HERE, service, request, LIMIT);
    }

    /** How much each account may keep. */
    @FunctionalInterface
    interface Quotas {
        Quota each();
    }

    /** Counts what is asked, and what is answered. */
    private final class Counted implements NodeChannel {
        private final NodeChannel channel;

        Counted(NodeChannel channel) {
            this.channel = channel;
        }

        @Override
        public void offer(String service, Service implementation) {
            channel.offer(service, implementation);
        }

        @Override
        public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
            questions.incrementAndGet();
            byte[] answer = channel.ask(node, service, request, limit);
            octets.addAndGet(service.length() + request.length + answer.length);
            return answer;
        }

        @Override
        public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
            questions.incrementAndGet();
            try (InputStream answer = channel.stream(node, service, request, limit)) {
                byte[] all = answer.readAllBytes();
                octets.addAndGet(service.length() + request.length + all.length);
                if (service.equals("shard.watch") && losing.compareAndSet(true, false)) {
                    throw new IOException("the connection broke");
                }
                return new ByteArrayInputStream(all);
            } catch (IOException broken) {
                throw new TryLater("broken off: " + broken.getMessage());
            }
        }
    }

    @Override
    public void close() {
        channels.forEach(MinaNodeChannel::close);
        network.close();
    }
}

package org.merpati.mta;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.Authority;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.RouteTable;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Credentials;
import org.merpati.directory.Directory;
import org.merpati.directory.DirectoryGroup;
import org.merpati.directory.Logins;
import org.merpati.directory.SideTables;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.runtime.Health;
import org.merpati.runtime.NodeConfig;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpClient;
import org.merpati.smtp.SmtpConfig;
import org.merpati.smtp.SmtpService;
import org.merpati.wire.InternalErrors;
import org.merpati.wire.Listener;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;

/** Two MTAs over groups in memory, two mailbox nodes that are test servers, a directory of a few people. */
final class MtaFixture implements AutoCloseable {
    static final NodeName MTA1 = new NodeName("mta1");
    static final NodeName MTA2 = new NodeName("mta2");
    static final NodeName BOX1 = new NodeName("box1");
    static final NodeName BOX2 = new NodeName("box2");
    static final Address BUDI = Address.parse("budi@lvlogist.com");
    static final Address SITI = Address.parse("siti@lvlogist.com");
    static final Address ADMIN = Address.parse("admin@lvlogist.com");
    static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Credentials RAHASIA = Credentials.of("rahasia", 1_000);
    private static @Nullable Authority authority;
    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);

    final TestClock clock = new TestClock();
    final Network network = new Network("test", 2);
    final TestServer box1 = new TestServer(true);
    final TestServer box2 = new TestServer(true);
    final TestServer outside = new TestServer(false);
    final Topology topology;
    final Directory directory;
    final Logins logins;
    private Runnable directoryAway = () -> {};
    final TestKnowledge knowledge = new TestKnowledge();
    private final Ids ids = new Ids(Clock.system(), new SecureRandom());
    private final MemoryJournals.Cluster groups = new MemoryJournals.Cluster();
    private final Map<NodeName, Node> nodes = new ConcurrentHashMap<>();
    private final Map<NodeName, Listener> listeners = new ConcurrentHashMap<>();
    private final Path folder;
    private final Enrollment enrollment;
    private final InetSocketAddress smartHost;
    private final long bugs = InternalErrors.count();
    private int starts;

    /** A running MTA. */
    record Node(MtaRole role, MemoryJournals journals, Routes routes, List<SpoolState> states) {}

    MtaFixture(Path folder) throws IOException {
        this.folder = folder;
        Listener first = server(BOX1, box1, 0);
        Listener second = server(BOX2, box2, 0);
        topology = new Topology(
                new Id(1, 1),
                List.of(
                        node(MTA1, Role.MTA, 0),
                        node(MTA2, Role.MTA, 0),
                        node(BOX1, Role.MAILBOX, first.address().getPort()),
                        node(BOX2, Role.MAILBOX, second.address().getPort())));
        first.close();
        second.close();
        enrollment = new Enrollment(topology, authority(folder), folder.resolve("ca"), List.of(), Clock.system());
        for (NodeInfo node : topology.nodes()) {
            enrollment.enrollHere(node.name(), folder.resolve(node.name().value()));
        }
        topology.spools()
                .forEach(spec -> spec.witness()
                        .ifPresent(node -> new MemoryJournals(node, Clock.system(), groups).witness(spec)));
        boxUp(BOX1);
        boxUp(BOX2);
        SmtpConfig relay = new SmtpConfig(
                SmtpConfig.Kind.RELAY,
                "server.test",
                Optional.of(identity(BOX1).mutualTls()),
                true,
                60_000_000,
                100,
                Duration.ofSeconds(30));
        Listener host = network.listen("outside", ANY, Optional.empty(), 100, new SmtpService(relay, outside));
        smartHost = host.address();
        directory = people();
        logins = new Logins(directory, Clock.system(), 1);
    }

    /** One for all: its key is encrypted, and that is meant to be slow. */
    private static synchronized Authority authority(Path folder) throws IOException {
        if (authority == null) {
            authority = Authority.create(folder.resolve("ca"), "test", "a long passphrase".toCharArray());
        }
        return authority;
    }

    private static NodeInfo node(NodeName name, Role role, int lmtp) {
        return new NodeInfo(name, "127.0.0.1", Set.of(role), 0, 0, 0, lmtp, 0, 0);
    }

    private static SmtpConfig config(SmtpConfig.Kind kind) {
        return new SmtpConfig(kind, "server.test", Optional.empty(), true, 60_000_000, 100, Duration.ofSeconds(30));
    }

    FileIdentity identity(NodeName node) throws IOException {
        return FileIdentity.open(node, folder.resolve(node.value()));
    }

    private Listener server(NodeName node, TestServer server, int port) throws IOException {
        Optional<Tls> tls = port == 0
                ? Optional.empty()
                : Optional.of(Tls.mutual(identity(node).mutualTls()));
        return network.listen(
                "lmtp",
                new InetSocketAddress("127.0.0.1", port),
                tls,
                100,
                new SmtpService(config(SmtpConfig.Kind.LMTP), server));
    }

    void boxUp(NodeName box) throws IOException {
        int port = topology.node(box).lmtpPort();
        listeners.put(box, server(box, box.equals(BOX1) ? box1 : box2, port));
    }

    void boxDown(NodeName box) {
        Listener up = listeners.remove(box);
        if (up != null) {
            up.close();
        }
    }

    /** From now on nobody leads the directory, and its copies may lack what is made elsewhere. */
    void directoryAway() {
        directoryAway.run();
    }

    private Directory people() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder.resolve("directory"), SideTables.NONE);
        Routes routes = new Routes(topology, new RouteTable(), new Silent());
        GroupSpec spec = new GroupSpec(GroupName.DIRECTORY, List.of(BOX1), Optional.empty(), BOX1);
        Journal journal = new MemoryJournals(BOX1, Clock.system()).open(spec, group.state());
        group.opened(journal, topology, new Silent());
        directoryAway = journal::close;
        Directory.Writes writes = DirectoryGroup.writes(routes, Optional.of(journal));
        Directory made =
                new Directory(group.copy(), writes, ids, () -> List.of(GroupName.shard(1), GroupName.shard(2)), 1_000);
        made.addDomain(Domain.parse("lvlogist.com"));
        made.addAccount(BUDI, "Budi", RAHASIA, false, false);
        made.addAccount(SITI, "Siti", RAHASIA, false, false);
        made.addAccount(ADMIN, "Admin", "secret", true, false);
        made.addAlias(Address.parse("sales@lvlogist.com"), List.of(BUDI));
        made.addAlias(Address.parse("all@lvlogist.com"), List.of(BUDI, SITI));
        made.addAlias(Address.parse("forward@lvlogist.com"), List.of(Address.parse("x@example.org")));
        made.addAlias(Address.parse("loop@lvlogist.com"), List.of(Address.parse("loop@lvlogist.com")));
        return made;
    }

    /** A cluster channel on which nobody answers. */
    private static final class Silent implements NodeChannel {
        @Override
        public void offer(String service, Service implementation) {}

        @Override
        public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
            throw new TryLater("nobody answers");
        }

        @Override
        public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
            throw new TryLater("nobody answers");
        }
    }

    /** Starts an MTA, of the same spools at each start. */
    MtaRole start(NodeName name) throws IOException {
        Routes routes = new Routes(topology, new RouteTable(), new Silent());
        routes.table().offer(new Route(GroupName.shard(1), BOX1, new Epoch(1)));
        routes.table().offer(new Route(GroupName.shard(2), BOX2, new Epoch(1)));
        SSLContext tls = identity(name).mutualTls();
        Path data = folder.resolve("data-" + name + "-" + ++starts);
        MtaRole role = new MtaRole(new MtaRole.Parts(
                nodeConfig(name, data),
                topology,
                name,
                identity(name),
                tls,
                name + ".lvlogist.com",
                network,
                routes,
                directory,
                logins,
                knowledge,
                new Health(),
                ids,
                clock));
        MemoryJournals journals = new MemoryJournals(name, clock, groups);
        List<SpoolState> states = new ArrayList<>();
        topology.spools().forEach(spec -> {
            try {
                SpoolState state =
                        role.state(spec.name(), data.resolve(spec.name().value()));
                states.add(state);
                role.attach(journals.open(spec, state), state);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
        role.listen();
        nodes.put(name, new Node(role, journals, routes, states));
        return role;
    }

    private NodeConfig nodeConfig(NodeName name, Path data) {
        return new NodeConfig(
                name.value(),
                data,
                Optional.empty(),
                new NodeConfig.Cluster(
                        "test",
                        topology.cluster().toString(),
                        "lvlogist.com",
                        List.of(new NodeConfig.Member("mta1", "127.0.0.1", List.of("mta"), 0, 0, 0, 0, 0, 0))),
                new NodeConfig.Listeners(
                        Optional.of(ANY),
                        Optional.of(ANY),
                        Optional.of(ANY),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                new NodeConfig.Timing(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(30),
                        Duration.ofDays(5)),
                new NodeConfig.Limits(50_000_000, 100, 1000, 1 << 26, Duration.ofDays(14), 2),
                new NodeConfig.Security(true, Path.of("secret"), Optional.empty(), Optional.empty(), 1000),
                new NodeConfig.Mta(Optional.of(smartHost), 16));
    }

    /** Tells an MTA that a shard is led by a node, as the cluster would. */
    void announce(MtaRole role, NodeName mta, GroupName shard, NodeName box, long epoch) {
        Route route = new Route(shard, box, new Epoch(epoch));
        routes(mta).table().offer(route);
        role.routeChanged(route);
    }

    Routes routes(NodeName name) {
        return node(name).routes();
    }

    private Node node(NodeName name) {
        Node node = nodes.get(name);
        if (node == null) {
            throw new IllegalStateException(name + " is not started");
        }
        return node;
    }

    void stop(NodeName name) {
        Node node = nodes.remove(name);
        if (node != null) {
            node.role().close();
            node.states()
                    .forEach(state -> org.assertj.core.api.Assertions.assertThat(state.verify())
                            .isEmpty());
            node.journals().close();
        }
    }

    /** Sends a message to a listener of a role: 0 smtp, 1 submission. */
    Reply send(MtaRole role, String from, String to, String text) throws IOException {
        try (SmtpClient client = client(role)) {
            Optional<Address> sender = from.isEmpty() ? Optional.empty() : Optional.of(Address.parse(from));
            List<Envelope.Recipient> recipients = List.of(to.split(",")).stream()
                    .map(Address::parse)
                    .map(Envelope.Recipient::of)
                    .toList();
            byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
            return client.send(new Envelope(sender, Map.of(), recipients), out -> out.write(octets), () -> {})
                    .getFirst();
        }
    }

    SmtpClient client(MtaRole role) throws IOException {
        return SmtpClient.greet(
                network.connect(role.addresses().get(0), LIMIT, Optional.empty()),
                "client.test",
                false,
                Optional.empty(),
                LIMIT);
    }

    @Override
    public void close() {
        List.copyOf(nodes.keySet()).forEach(this::stop);
        network.close();
        logins.close();
        org.assertj.core.api.Assertions.assertThat(InternalErrors.count()).isEqualTo(bugs);
    }
}

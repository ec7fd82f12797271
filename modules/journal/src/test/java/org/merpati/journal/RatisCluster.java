package org.merpati.journal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Loss;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.journal.disk.FolderIdentity;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;

/** Nodes with one group in one process, over loopback and mutual TLS, and what can happen to them. */
final class RatisCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final Id CLUSTER = new Id(1L << 40, 7);

    final Topology topology;
    final GroupSpec group;
    final TestAuthority authority = new TestAuthority();
    final Map<NodeName, MapState> states = new ConcurrentHashMap<>();
    final Map<NodeName, Journal> journals = new ConcurrentHashMap<>();
    final Map<NodeName, Host> hosts = new ConcurrentHashMap<>();
    /** What a node runs when it is started next, if that is not the newest. */
    final Map<NodeName, Release> releases = new ConcurrentHashMap<>();

    private final Map<NodeName, RatisJournals> nodes = new ConcurrentHashMap<>();
    private final Map<NodeName, Map<String, NodeChannel.Service>> services = new ConcurrentHashMap<>();
    private final Map<NodeName, NodeIdentity> identities = new HashMap<>();
    private final Path folder;
    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 2_000;
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 97 % PORTS));

    final JournalConfig config;
    /** Told of each copy's state before its log is opened. */
    Consumer<MapState> made = state -> {};

    private final Clock clock;

    static JournalConfig quick() {
        return JournalConfig.standard()
                .withElection(Duration.ofMillis(300), Duration.ofMillis(600))
                .withSubmitLimit(Duration.ofSeconds(8));
    }

    RatisCluster(Path folder, int dataNodes, JournalConfig config) {
        this(folder, dataNodes, config, Clock.system());
    }

    /** One to three data nodes named a, b, c; with two there is a witness named w. */
    RatisCluster(Path folder, int dataNodes, JournalConfig config, Clock clock) {
        this.folder = folder;
        this.config = config;
        this.clock = clock;
        List<Integer> ports = freePorts(4);
        List<NodeInfo> infos = new ArrayList<>();
        for (int i = 0; i < dataNodes; i++) {
            NodeName name = new NodeName(List.of("a", "b", "c").get(i));
            infos.add(new NodeInfo(name, "127.0.0.1", Set.of(Role.MAILBOX), 1, 1, ports.get(i)));
        }
        if (dataNodes == 2) {
            infos.add(new NodeInfo(new NodeName("w"), "127.0.0.1", Set.of(Role.WITNESS), 1, 1, ports.get(3)));
        }
        this.topology = new Topology(CLUSTER, infos);
        this.group = topology.group(GroupName.shard(1)).orElseThrow();
    }

    /** Free ports below those that the system gives to outgoing connections. */
    private static List<Integer> freePorts(int count) {
        List<Integer> ports = new ArrayList<>();
        for (int tries = 0; ports.size() < count && tries < PORTS; tries++) {
            int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
            try (ServerSocket socket = new ServerSocket(port)) {
                ports.add(socket.getLocalPort());
            } catch (IOException taken) {
                // Another's.
            }
        }
        if (ports.size() < count) {
            throw new IllegalStateException("no free port from " + FIRST_PORT + " on");
        }
        return ports;
    }

    Path data(String node) {
        return folder.resolve(node);
    }

    RatisCluster startAll() {
        group.voters().forEach(v -> start(v.value()));
        return this;
    }

    /** A node that runs. */
    RatisJournals node(String node) {
        return Optional.ofNullable(nodes.get(new NodeName(node))).orElseThrow();
    }

    /** The machine that a node is on. */
    Host host(String node) {
        return hosts.computeIfAbsent(new NodeName(node), n -> new Host());
    }

    Journal start(String node) {
        NodeName name = new NodeName(node);
        RatisJournals journals = new RatisJournals(
                topology,
                name,
                identities.computeIfAbsent(name, authority::identity),
                new Channel(name),
                data(node),
                config,
                clock,
                releases.getOrDefault(name, Release.ours("0.2.0")),
                host(node));
        nodes.put(name, journals);
        try {
            return open(name, journals);
        } catch (RuntimeException e) {
            stop(node);
            throw e;
        }
    }

    private Journal open(NodeName name, RatisJournals on) {
        Journal journal;
        if (group.isWitness(name)) {
            journal = on.witness(group);
        } else {
            MapState state = new MapState(data(name.value()).resolve("state"));
            made.accept(state);
            states.put(name, state);
            journal = on.open(group, state);
        }
        journals.put(name, journal);
        return journal;
    }

    void stop(String node) {
        NodeName name = new NodeName(node);
        services.remove(name);
        journals.remove(name);
        RatisJournals running = nodes.remove(name);
        if (running != null) {
            running.close();
        }
    }

    /** Takes a node's disk away, lays it out as one that begins anew, and says where the disk went. */
    Path loseDisk(String node) throws IOException {
        NodeName name = new NodeName(node);
        stop(node);
        int before = topology.layout().incarnation(name);
        Path lost = folder.resolve(node + "-lost-" + before);
        Files.move(data(node), lost);
        topology.apply(topology.layout().anew(name));
        authority.incarnation(name, before + 1);
        return lost;
    }

    /** Takes nodes away for good; what has no majority without them is laid out to go on with one copy. */
    void lose(String... lost) throws IOException {
        Set<NodeName> names = Arrays.stream(lost).map(NodeName::new).collect(Collectors.toSet());
        for (NodeName name : names) {
            stop(name.value());
            Files.move(data(name.value()), folder.resolve(name + "-lost"));
            authority.incarnation(name, topology.layout().incarnation(name) + 1);
        }
        topology.apply(new Loss(topology.layout(), names).after());
    }

    Journal journal(String node) {
        return Optional.ofNullable(journals.get(new NodeName(node))).orElseThrow();
    }

    /** The folder of the files of a node's log. */
    Path log(String node) {
        return data(node)
                .resolve("journal/" + group.name())
                .resolve(FolderIdentity.engineId(
                                CLUSTER, group.name(), topology.layout().generation(group.name()))
                        .toString())
                .resolve("current");
    }

    MapState state(String node) {
        return Optional.ofNullable(states.get(new NodeName(node))).orElseThrow();
    }

    Optional<NodeName> leader() {
        return journals.entrySet().stream()
                .filter(e -> e.getValue().leadership().leading())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Waits for a leader and names it. */
    String awaitLeader() {
        try {
            Await.until("a data node leads", PATIENCE, () -> leader().isPresent());
        } catch (AssertionError nobody) {
            throw new AssertionError(nobody.getMessage() + "; " + standing() + threads(), nobody);
        }
        return leader().orElseThrow().value();
    }

    private String standing() {
        StringBuilder text = new StringBuilder();
        journals.forEach((node, journal) ->
                text.append(node).append(": ").append(journal.status()).append("; "));
        return text.toString();
    }

    /** What the engine's threads are at: an election that does not come about is seen there. */
    private static String threads() {
        StringBuilder text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            if (List.of(frames).toString().contains("org.apache.ratis.server")) {
                text.append('\n').append(thread.getName()).append(' ').append(thread.getState());
                List.of(frames).forEach(frame -> text.append("\n    ").append(frame));
            }
        });
        return text.toString();
    }

    void awaitLeader(String node) {
        Await.until(node + " leads", PATIENCE, () -> journal(node).leadership().leading());
    }

    /** Waits until a node that joins, or was started, votes. */
    void awaitVotes(String node) {
        Await.until(
                node + " votes",
                PATIENCE,
                () -> Set.of("follower", "witness", "leader")
                        .contains(journal(node).status().state()));
    }

    /** Writes through whoever leads, as a client does that tries again. */
    void put(String key, String value) {
        Await.answer(
                PATIENCE,
                () -> leader().map(journals::get)
                        .orElseThrow(() -> new TryLater("nobody leads"))
                        .submit(MapState.put(key, value)));
    }

    /** Waits until a copy has what another has. */
    void awaitSame(String node, String as) {
        Await.until(
                node + " has what " + as + " has",
                PATIENCE,
                () -> state(node).values().equals(state(as).values()));
    }

    @Override
    public void close() {
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            List.copyOf(nodes.keySet()).forEach(n -> each.execute(() -> stop(n.value())));
        }
    }

    /** Calls the service of the other node directly. */
    private final class Channel implements NodeChannel {
        private final NodeName self;

        Channel(NodeName self) {
            this.self = self;
        }

        @Override
        public void offer(String service, Service implementation) {
            services.computeIfAbsent(self, n -> new ConcurrentHashMap<>()).put(service, implementation);
        }

        @Override
        public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
            Service there = services.getOrDefault(node, Map.of()).get(service);
            if (there == null || !authority.hears(node, self) || !authority.hears(self, node)) {
                throw new TryLater("node " + node + " cannot be reached");
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                there.answer(self, request, answer);
            } catch (IOException e) {
                throw new TryLater("node " + node + " went away");
            }
            return answer.toByteArray();
        }

        @Override
        public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
            return new ByteArrayInputStream(ask(node, service, request, limit));
        }
    }
}

package org.merpati.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.Authority;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Members;
import org.merpati.cluster.MinaNodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Removed;
import org.merpati.cluster.RouteTable;
import org.merpati.cluster.Routes;
import org.merpati.cluster.SecretFile;
import org.merpati.cluster.Topology;
import org.merpati.directory.Directory;
import org.merpati.directory.DirectoryFollower;
import org.merpati.directory.DirectoryGroup;
import org.merpati.directory.LiveCopy;
import org.merpati.directory.Logins;
import org.merpati.directory.SideTables;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalConfig;
import org.merpati.journal.RatisJournals;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.node.door.AdminApi;
import org.merpati.node.door.AdminHttps;
import org.merpati.node.door.AdminSocket;
import org.merpati.node.filter.KnownCorrespondents;
import org.merpati.node.filter.KnownOrigins;
import org.merpati.node.filter.KnownWaves;
import org.merpati.node.filter.Learned;
import org.merpati.node.filter.LearnedWords;
import org.merpati.node.layout.Farewell;
import org.merpati.node.layout.LayoutFile;
import org.merpati.node.layout.LayoutKeeper;
import org.merpati.node.layout.Seed;
import org.merpati.runtime.Health;
import org.merpati.runtime.Lifecycle;
import org.merpati.runtime.NodeConfig;
import org.merpati.runtime.NodeStatus;
import org.merpati.wire.HttpProbe;
import org.merpati.wire.LocalDoor;
import org.merpati.wire.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * A running node: its identity, the channel to the others, the groups that it votes in, its copy of the directory, and
 * the roles that its configuration names. Started in that order, stopped in reverse.
 */
public final class Node implements AutoCloseable {
    /** The version that nodes tell each other. */
    public static final String VERSION = "0.1.0";

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final String STATUS = "status";
    private static final Map<Role, String> PARTS = Map.of(
            Role.DIRECTORY, "org.merpati.node.DirectoryPart",
            Role.MTA, "org.merpati.node.MtaPart",
            Role.MAILBOX, "org.merpati.node.MailboxPart",
            Role.PROXY, "org.merpati.node.ProxyPart",
            Role.CONSOLE, "org.merpati.node.ConsolePart");
    private static final List<Role> ORDER = List.of(Role.DIRECTORY, Role.MAILBOX, Role.MTA, Role.PROXY, Role.CONSOLE);
    private static final int HASHING_THREADS = 2;

    private final Lifecycle parts = new Lifecycle();
    private final Health health = new Health();
    private final NodeContext context;
    private final Drain drain;
    private final Clock clock = Clock.system();
    private final Release release;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile boolean started;

    /**
     * Starts a node.
     *
     * @throws Malformed if the configuration or the data folder is wrong
     * @throws IOException if a port is in use or the disk fails
     */
    public Node(NodeConfig config) throws IOException {
        this(config, Release.ours(VERSION));
    }

    /**
     * Starts a node of a given release.
     *
     * @throws Malformed as above, or if a node is here whose version does not work with this one
     * @throws IOException as above
     */
    public Node(NodeConfig config, Release release) throws IOException {
        boolean done = false;
        this.release = release;
        try {
            context = core(config);
            drain = new Drain(context);
            context.channel().offer(STATUS, (peer, request, answer) -> answer.write(status().json()));
            context.groups().align();
            Removal removal = parts.add("removal", new Removal(context, drain));
            Admin admin = new Admin(context, this::status, drain, removal);
            AdminApi api = new AdminApi(admin, context.directory(), clock);
            for (Role role : ORDER) {
                if (context.self().has(role)) {
                    startRole(role, api);
                }
            }
            parts.add("admin", new AdminSocket(config.data().resolve("admin.sock"), admin));
            if (config.listeners().admin().isPresent()) {
                InetSocketAddress address = config.listeners().admin().get();
                parts.add("admin API", new AdminHttps(address, context.publicTls(), api));
            }
            follow(config);
            Bootstrap.begin(context);
            started = true;
            done = true;
            LOG.info(
                    "node {} of cluster {} is up: {}",
                    config.node(),
                    config.cluster().name(),
                    context.self().roles());
        } finally {
            if (!done) {
                parts.close();
            }
        }
    }

    /** Goes over to newer layouts, and ends when this node is in none of them any more. */
    private void follow(NodeConfig config) {
        Topology topology = context.topology();
        LayoutKeeper.Following following = () -> {
            context.identity().expel(topology.layout());
            context.groups().follow();
        };
        parts.add("layout", new LayoutKeeper(topology, context.directory(), new LayoutFile(config.data()), following));
        parts.add(
                "farewell",
                new Farewell(
                        topology,
                        context.identity(),
                        context.network(),
                        () -> context.directory().copy().current(),
                        this::endTakenOut));
    }

    /** Goes over to the last layout that this node knew, if it knew one. */
    private static void recall(LayoutFile kept, Topology topology, NodeName name) throws IOException {
        List<NodeInfo> configured = topology.nodes();
        kept.read().ifPresent(topology::apply);
        Set<NodeName> removed = topology.layout().removed();
        refuseRemoved(Optional.of(name).filter(removed::contains).map(Removed::sentence));
        LayoutKeeper.compare(configured, topology.layout());
    }

    private static void refuseRemoved(Optional<String> said) {
        if (said.isPresent()) {
            throw new Refused(Refused.Reason.NO_PERMISSION, said.get());
        }
    }

    private void endTakenOut(String sentence) {
        LOG.error("{}", sentence);
        Thread.ofVirtual().name("taken-out").start(() -> {
            close();
            ended.complete(sentence);
        });
    }

    /** Comes about when the node has ended by itself, because it was taken out of the cluster; says so. */
    public CompletableFuture<String> ended() {
        return ended;
    }

    private NodeContext core(NodeConfig config) throws IOException {
        Topology topology = Seed.of(config);
        NodeName name = new NodeName(config.node());
        DataFolder data = parts.add("data", new DataFolder(config.data(), topology, name));
        Network network =
                parts.add("network", new Network(config.node(), config.limits().ioThreads()));
        LayoutFile kept = new LayoutFile(config.data());
        recall(kept, topology, name);
        Optional<Enrollment> enrollment = Identities.prepare(config, topology, name, network, kept);
        NodeInfo self = topology.node(name);
        FileIdentity identity = FileIdentity.open(name, config.data().resolve("identity"));
        identity.expel(topology.layout());
        refuseRemoved(Removed.said(topology.layout(), name, identity.incarnation())
                .or(() -> Removed.ask(topology, identity, network)));
        InetSocketAddress address = new InetSocketAddress(self.host(), self.channelPort());
        MinaNodeChannel channel = parts.add("channel", new MinaNodeChannel(topology, identity, network, address));
        Optional<Enrollment> ca =
                enrollment.isPresent() ? enrollment : Identities.inherit(config, topology, identity, channel);
        ca.ifPresent(e -> e.offerOn(channel));
        Removed.offer(channel, topology);
        Routes routes = new Routes(topology, new RouteTable(), channel);
        Members members = parts.add("members", new Members(topology, name, routes.table(), release.version()));
        members.present().forEach(p -> refuseIncompatible(p.name(), p.version()));
        RatisJournals journals =
                new RatisJournals(topology, name, identity, channel, config.data(), journal(config), clock, release);
        data.keepsLogs();
        Duration settle = config.timing().settle();
        Predicate<NodeName> accepts = node -> Drain.accepts(channel, node);
        Groups groups =
                parts.add("groups", new Groups(name, topology, journals, members, routes, health, accepts, settle));
        Ids ids = Ids.secure(clock);
        People people = people(config, topology, self, channel, routes, groups, ids);
        Logins logins = parts.add("logins", new Logins(people.directory(), clock, HASHING_THREADS));
        SSLContext publicTls = PublicTls.of(config, identity);
        String hostname = config.hostname().orElse(name + "." + config.cluster().domain());
        metrics(config, network, groups);
        parts.add("renewal", new Renewal(topology, identity, channel, clock));
        return new NodeContext(
                config,
                topology,
                self,
                identity,
                publicTls,
                hostname,
                network,
                channel,
                routes,
                members,
                groups,
                people.directory(),
                people.learned(),
                logins,
                new LocalDoor(),
                health,
                new Traces(topology, channel),
                new Verify(topology, channel),
                ids,
                clock);
    }

    private void metrics(NodeConfig config, Network network, Groups groups) throws IOException {
        if (config.listeners().metrics().isPresent()) {
            parts.add(
                    "metrics",
                    network.listen(
                            "metrics",
                            config.listeners().metrics().get(),
                            Optional.empty(),
                            100,
                            new HttpProbe(() -> health.ready() && !groups.draining(), this::text)));
        }
    }

    /** Nodes work together whose versions differ in the last number alone. */
    private void refuseIncompatible(NodeName other, String theirs) {
        String version = release.version();
        if (!theirs.substring(0, Math.max(0, theirs.lastIndexOf('.')))
                .equals(version.substring(0, Math.max(0, version.lastIndexOf('.'))))) {
            throw new Malformed("node " + other + " runs merpati " + theirs + " and this one " + version
                    + ": they do not work together; install the same version on all nodes");
        }
    }

    private static JournalConfig journal(NodeConfig config) {
        JournalConfig standard = JournalConfig.standard();
        long checkpoint = config.limits().checkpoint();
        // Only a whole file of the log can be dropped: a file larger than a checkpoint would keep it for longer.
        long segment = Math.min(standard.segmentOctets(), checkpoint);
        return standard.withElection(
                        config.timing().electionMin(), config.timing().electionMax())
                .withSubmitLimit(config.timing().commit())
                .withLog(checkpoint, segment, standard.logMargin());
    }

    /** The directory as this node has it, and what lies beside it. */
    private record People(Directory directory, Learned learned) {}

    private People people(
            NodeConfig config,
            Topology topology,
            NodeInfo self,
            MinaNodeChannel channel,
            Routes routes,
            Groups groups,
            Ids ids)
            throws IOException {
        LearnedWords words = new LearnedWords();
        KnownWaves waves = new KnownWaves();
        KnownCorrespondents correspondents = new KnownCorrespondents();
        KnownOrigins origins = new KnownOrigins();
        SideTables tables = new SideTables(List.of(words, waves, correspondents, origins));
        Optional<Journal> own = Optional.empty();
        LiveCopy copy;
        if (topology.directory().isVoter(self.name())) {
            DirectoryGroup group = new DirectoryGroup(config.data().resolve("directory"), tables);
            Journal journal = groups.open(topology.directory(), group.state());
            group.opened(journal, topology, channel);
            own = Optional.of(journal);
            copy = group.copy();
        } else {
            copy = followed(config, topology, channel, self.has(Role.MTA) ? tables : SideTables.NONE);
        }
        Directory directory = new Directory(
                copy,
                DirectoryGroup.writes(routes, own),
                ids,
                () -> settled(topology, routes),
                config.security().passwordIterations());
        return new People(
                directory, new Learned(words, waves, correspondents, origins, DirectoryGroup.tableWrites(routes, own)));
    }

    /** The shards that stay and that a leader is known of; all that stay if there is none such. */
    private static List<GroupName> settled(Topology topology, Routes routes) {
        List<GroupName> staying =
                topology.stayingShards().stream().map(GroupSpec::name).toList();
        List<GroupName> led = staying.stream()
                .filter(shard -> routes.table().route(shard).isPresent())
                .toList();
        return led.isEmpty() ? staying : led;
    }

    private LiveCopy followed(NodeConfig config, Topology topology, MinaNodeChannel channel, SideTables tables)
            throws IOException {
        DirectoryFollower follower = parts.add(
                "directory feed",
                new DirectoryFollower(topology, channel, config.data().resolve("directory-copy"), tables));
        health.add(
                "directory copy",
                () -> new Health.State(
                        follower.copy().index() > 0,
                        follower.connected() ? "follows" : "no voter of the directory is heard; serves its last copy"));
        return follower.copy();
    }

    private void startRole(Role role, AdminApi api) throws IOException {
        RolePart part;
        try {
            part = Class.forName(PARTS.get(role))
                    .asSubclass(RolePart.class)
                    .getDeclaredConstructor()
                    .newInstance();
            parts.add(role.text(), part.start(context, api));
        } catch (ReflectiveOperationException | NoClassDefFoundError missing) {
            throw new Malformed("this jar does not hold the role '" + role.text() + "': start merpati-" + role.text()
                    + ".jar, or merpati.jar for a node of several roles (" + missing + ")");
        }
    }

    /** What the node says of itself. */
    public NodeStatus status() {
        Map<String, Health.State> states = health.states();
        List<NodeStatus.Service> services = new ArrayList<>();
        states.forEach((name, state) -> services.add(new NodeStatus.Service(name, state.ready(), state.sentence())));
        boolean ready = states.values().stream().allMatch(Health.State::ready);
        NodeInfo self = context.self();
        return new NodeStatus(
                self.name().value(),
                self.roles().stream().map(Role::text).sorted().toList(),
                release.version(),
                ProcessHandle.current().pid(),
                state(ready),
                clock.millis(),
                context.groups().status(),
                services);
    }

    private String state(boolean ready) {
        if (!started) {
            return "starting";
        }
        return !ready ? "failing" : drain.active() ? NodeStatus.DRAINING : "ready";
    }

    /** Asks every node of the cluster what it says of itself. */
    static List<NodeStatus> clusterStatus(NodeContext context, Duration limit) {
        return EachNode.of(context.topology().nodes(), node -> ask(context.channel(), context.clock(), node, limit));
    }

    private static NodeStatus ask(MinaNodeChannel channel, Clock clock, NodeInfo node, Duration limit) {
        try {
            return NodeStatus.of(channel.ask(node.name(), STATUS, new byte[0], limit));
        } catch (Failure | JacksonException away) {
            List<String> roles = node.roles().stream().map(Role::text).sorted().toList();
            String why = String.valueOf(away.getMessage());
            return NodeStatus.down(node.name().value(), roles, clock.millis(), why);
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        health.states()
                .forEach((name, state) -> text.append("merpati_part_ready{part=\"")
                        .append(name)
                        .append("\"} ")
                        .append(state.ready() ? 1 : 0)
                        .append('\n'));
        for (NodeStatus.Group group : context.groups().status()) {
            text.append("merpati_group_applied{group=\"")
                    .append(group.name())
                    .append("\"} ")
                    .append(group.applied())
                    .append('\n');
            text.append("merpati_group_leader{group=\"")
                    .append(group.name())
                    .append("\"} ")
                    .append(group.leader() ? 1 : 0)
                    .append('\n');
        }
        return text.toString();
    }

    /** The secret file of a configuration, relative to its data folder. */
    static SecretFile secret(NodeConfig config) throws IOException {
        return SecretFile.read(secretPath(config));
    }

    static Path secretPath(NodeConfig config) {
        return config.data().resolve(config.security().secretFile());
    }

    /** The folder of the CA on a node that holds it. */
    static Path authorityFolder(NodeConfig config) {
        return config.data().resolve("ca");
    }

    /** Opens the CA that lies in a node's data folder. */
    static Authority authority(NodeConfig config) throws IOException {
        String passphrase = secret(config)
                .passphrase()
                .orElseThrow(() -> new Malformed("the secret file " + secretPath(config) + " has no passphrase"));
        return Authority.open(authorityFolder(config), passphrase.toCharArray());
    }

    /** Ends without a goodbye to the other nodes, as far as one JVM can show it. */
    public void kill() {
        context.members().kill();
        parts.close();
    }

    @Override
    public void close() {
        parts.close();
    }
}

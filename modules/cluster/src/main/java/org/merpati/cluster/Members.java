package org.merpati.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.ReplicatedMapConfig;
import com.hazelcast.core.EntryAdapter;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.replicatedmap.ReplicatedMap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is here, over Hazelcast: members with their roles and version, and announced routes. All of it is a hint that
 * may be lost or late; nothing durable and nothing confidential passes here.
 */
public final class Members implements AutoCloseable {
    /** A node that is up. */
    public record Present(NodeName name, List<Role> roles, String version) {
        public Present {
            roles = List.copyOf(roles);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    private static final String NAME = "merpati.name";
    private static final String ROLES = "merpati.roles";
    private static final String VERSION = "merpati.version";

    private final Topology topology;
    private final HazelcastInstance hazelcast;
    private final ReplicatedMap<String, String> announced;
    private final RouteTable routes;
    private final List<Consumer<Route>> routed = new CopyOnWriteArrayList<>();

    /**
     * Joins the members of the topology that are up, or begins alone.
     *
     * @throws IOException if its port is in use, or its host is unknown or not this machine
     */
    public Members(Topology topology, NodeName self, RouteTable routes, String version) throws IOException {
        this.topology = topology;
        this.routes = routes;
        this.hazelcast = started(topology.node(self), config(topology, topology.node(self), version));
        this.announced = hazelcast.getReplicatedMap("routes");
        announced.addEntryListener(new EntryAdapter<String, String>() {
            @Override
            public void onEntryEvent(EntryEvent<String, String> event) {
                heard(event.getKey(), event.getValue());
            }
        });
        announced.forEach(this::heard);
    }

    private static HazelcastInstance started(NodeInfo self, Config config) throws IOException {
        try {
            return Hazelcast.newHazelcastInstance(config);
        } catch (HazelcastException failed) {
            throw new IOException(
                    "the members' port " + self.host() + ":" + self.hazelcastPort()
                            + " (hazelcast-port) cannot be had: " + failed.getMessage()
                            + " (is another program or node using this port?)",
                    failed);
        }
    }

    /** This node's address: one of this machine's. */
    private static String address(NodeInfo self) throws IOException {
        InetAddress address;
        try {
            address = InetAddress.getByName(self.host());
        } catch (UnknownHostException unknown) {
            throw new IOException(
                    "no address is known of " + self.host() + ", the host of node " + self.name(), unknown);
        }
        if (NetworkInterface.getByInetAddress(address) == null) {
            throw new IOException(address + ", the host of node " + self.name() + ", is no address of this machine");
        }
        return address.getHostAddress();
    }

    /** A node that comes later need not be named here: it knows the others, and knocks. */
    private static Config config(Topology topology, NodeInfo self, String version) throws IOException {
        Properties system = new Properties();
        system.setProperty("hazelcast.logging.type", "slf4j");
        system.setProperty("hazelcast.phone.home.enabled", "false");
        system.setProperty("hazelcast.socket.bind.any", "false");
        system.setProperty("hazelcast.shutdownhook.enabled", "false");
        system.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        system.setProperty("hazelcast.max.no.heartbeat.seconds", "5");
        system.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
        system.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
        system.setProperty("hazelcast.max.join.seconds", "120");
        system.setProperty("hazelcast.wait.seconds.before.join", "0");
        system.setProperty("hazelcast.partition.count", "31");
        system.setProperty("hazelcast.operation.thread.count", "2");
        system.setProperty("hazelcast.operation.generic.thread.count", "2");
        system.setProperty("hazelcast.event.thread.count", "1");
        system.setProperty("hazelcast.io.thread.count", "1");
        Config config = new Config();
        config.setProperties(system);
        config.setClusterName("merpati-" + topology.cluster());
        config.setInstanceName(topology.cluster() + "-" + self.name() + "-" + System.nanoTime());
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getMemberAttributeConfig().setAttribute(NAME, self.name().value());
        config.getMemberAttributeConfig()
                .setAttribute(
                        ROLES,
                        String.join(
                                ",",
                                self.roles().stream().map(Role::text).sorted().toList()));
        config.getMemberAttributeConfig().setAttribute(VERSION, version);
        config.getSerializationConfig()
                .setJavaSerializationFilterConfig(new JavaSerializationFilterConfig().setDefaultsDisabled(false));
        config.addReplicatedMapConfig(new ReplicatedMapConfig("routes").setAsyncFillup(true));
        var network = config.getNetworkConfig();
        network.setPort(self.hazelcastPort()).setPortAutoIncrement(false).setReuseAddress(true);
        network.setPublicAddress(self.host() + ":" + self.hazelcastPort());
        network.getInterfaces().setEnabled(true).addInterface(address(self));
        var join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
        for (NodeInfo node : topology.nodes()) {
            join.getTcpIpConfig().addMember(node.host() + ":" + node.hazelcastPort());
        }
        return config;
    }

    private void heard(String group, String text) {
        String[] parts = text.split(" ");
        try {
            Route route = new Route(
                    new GroupName(group), new NodeName(parts[0]), new Epoch(Long.parseLong(parts[parts.length - 1])));
            if (routes.offer(route)) {
                routed.forEach(listener -> listener.accept(route));
            }
        } catch (Malformed | NumberFormatException wrong) {
            LOG.warn("a route that cannot be read was announced for {}", group);
        }
    }

    /** Tells everyone that this node leads a group. */
    public void announce(Route route) {
        if (routes.offer(route)) {
            routed.forEach(listener -> listener.accept(route));
        }
        announced.put(route.group().value(), route.node() + " " + route.epoch());
    }

    /** The nodes of the layout that are up, as far as is known here. */
    public List<Present> present() {
        try {
            return hazelcast.getCluster().getMembers().stream()
                    .flatMap(member -> present(member).stream())
                    .filter(node -> topology.layout().node(node.name()).isPresent())
                    .toList();
        } catch (HazelcastInstanceNotActiveException stopped) {
            return List.of();
        }
    }

    private static Optional<Present> present(Member member) {
        String name = member.getAttribute(NAME);
        String roles = member.getAttribute(ROLES);
        if (name == null || roles == null) {
            return Optional.empty();
        }
        List<Role> played = Stream.of(roles.split(",")).map(Role::parse).toList();
        return Optional.of(new Present(new NodeName(name), played, String.valueOf(member.getAttribute(VERSION))));
    }

    /** Whether a node is up, as far as is known here. */
    public boolean isPresent(NodeName node) {
        return present().stream().anyMatch(up -> up.name().equals(node));
    }

    /** Calls back when a route is news. */
    public void onRoute(Consumer<Route> listener) {
        routed.add(listener);
    }

    /** Goes without a word to the others: what a killed process does. */
    public void kill() {
        hazelcast.getLifecycleService().terminate();
    }

    @Override
    public void close() {
        hazelcast.shutdown();
    }
}

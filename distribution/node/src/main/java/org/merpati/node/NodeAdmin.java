package org.merpati.node;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.merpati.cluster.Authority;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Layout;
import org.merpati.cluster.NodeInfo;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;
import org.merpati.node.layout.NodeFile;

/** What an administrator can do with the nodes of the cluster. */
final class NodeAdmin {
    private static final int TURNS = 5;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long PAUSE_NANOS = 10_000_000;
    private static final int PORTS = 65_535;

    private final NodeContext node;
    private final Removal removal;

    NodeAdmin(NodeContext node, Removal removal) {
        this.node = node;
        this.removal = removal;
    }

    /** The nodes as they are laid out, and the groups that each has data of, leads when all is well, or witnesses. */
    List<Map<String, String>> list() {
        Layout layout = node.newestLayout();
        List<Map<String, String>> rows = new ArrayList<>();
        for (NodeInfo info : layout.nodes()) {
            Map<String, String> row = new LinkedHashMap<>();
            row.put("node", info.name().value());
            row.put("host", info.host());
            row.put("roles", words(info.roles().stream().map(Role::text).sorted()));
            row.put(
                    "groups",
                    words(layout.groups().stream()
                            .filter(group -> group.isVoter(info.name()))
                            .map(group -> group.name() + part(group, info.name()))));
            if (layout.isLeaving(info.name())) {
                row.put("leaving", String.join("; ", removal.obstacles()));
            }
            row.put("up", Boolean.toString(node.members().isPresent(info.name())));
            rows.add(row);
        }
        return rows;
    }

    private static String words(Stream<String> words) {
        return words.collect(Collectors.joining(" "));
    }

    private static String part(GroupSpec group, NodeName node) {
        return group.preferred().equals(node) ? "*" : group.isWitness(node) ? "(witness)" : "";
    }

    /** Lays the cluster out anew; what the change refuses is refused, whoever else changes it meanwhile. */
    Layout change(UnaryOperator<Layout> change) {
        for (int turn = 0; turn < TURNS; turn++) {
            Layout before = node.newestLayout();
            Layout after = change.apply(before);
            if (node.directory().layOut(before, after)) {
                awaitInForce(after.version());
                return after;
            }
        }
        throw new TryLater("the layout of the cluster is being changed by others: try again");
    }

    /** Waits until this node has gone over to a layout; should that take long, it comes by itself. */
    private void awaitInForce(long version) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (node.topology().layout().version() < version && System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /**
     * Has a node taken out of the cluster, or goes on.
     *
     * @return what is still to be done, a sentence each; nothing if it is out
     */
    List<String> remove(Map<String, String> parameters) {
        NodeName name = new NodeName(Admin.need(parameters, "node"));
        boolean dead = Boolean.parseBoolean(parameters.getOrDefault("dead", "false"));
        boolean force = Boolean.parseBoolean(parameters.getOrDefault("force", "false"));
        Layout layout = node.newestLayout();
        if (layout.removed().contains(name)) {
            return List.of();
        }
        if (layout.leaving()
                .filter(gone -> gone.node().equals(name) && (gone.dead() || !dead))
                .isEmpty()) {
            if (dead && node.members().isPresent(name)) {
                throw new Refused(
                        Refused.Reason.CANNOT, "node " + name + " is up: stop it first, or take it out without --dead");
            }
            change(before -> before.leaving(name, dead, force));
        }
        return removal.obstacles();
    }

    /** Adds a node, and says what its file and its secret file must hold. */
    Map<String, String> add(Map<String, String> parameters) throws IOException {
        NodeInfo added = info(parameters);
        Layout layout = change(before -> before.with(added));
        Map<String, String> said = new LinkedHashMap<>();
        said.put("node", added.name().value());
        said.put(
                "groups",
                words(layout.groups().stream()
                        .filter(group -> group.preferred().equals(added.name()))
                        .map(GroupSpec::name)
                        .map(GroupName::value)));
        said.put("conf", NodeFile.text(node.config().cluster(), layout, added));
        made(added.name()).ifPresent(token -> said.put("token", token));
        said.put("holders", words(holders().stream()));
        return said;
    }

    private static NodeInfo info(Map<String, String> parameters) {
        Set<Role> roles = Arrays.stream(Admin.need(parameters, "roles").split(","))
                .map(String::strip)
                .map(Role::parse)
                .collect(Collectors.toSet());
        return new NodeInfo(
                new NodeName(Admin.need(parameters, "node")),
                Admin.need(parameters, "host"),
                roles,
                port(parameters, "channel-port", 7072),
                port(parameters, "hazelcast-port", 5701),
                port(parameters, "raft-port", 5801),
                port(parameters, "lmtp-port", 7025),
                port(parameters, "imap-port", 7143),
                port(parameters, "submission-port", 7587));
    }

    private static int port(Map<String, String> parameters, String name, int byDefault) {
        String given = parameters.getOrDefault(name, Integer.toString(byDefault));
        if (!given.matches("\\d{1,5}") || Integer.parseInt(given) < 1 || Integer.parseInt(given) > PORTS) {
            throw new Malformed("a port is a number of 1 to " + PORTS + ": " + name + " is '" + given + "'");
        }
        return Integer.parseInt(given);
    }

    private List<String> holders() {
        return node.topology().directory().dataNodes().stream()
                .map(NodeName::value)
                .toList();
    }

    /**
     * A token for a node to join with an empty data folder. The node may have voted before, so it begins anew, unless
     * the cluster was just made here.
     *
     * @throws Refused if the node is up, what it had is nowhere else, or the CA is not here
     * @throws TryLater if the directory cannot be changed now
     */
    String token(NodeName name) throws IOException {
        if (!Authority.existsIn(Node.authorityFolder(node.config()))) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "this node does not hold the cluster's CA: ask " + String.join(" or ", holders()));
        }
        if (!Bootstrap.pending(node.config().data())) {
            beginAnew(name);
        }
        return made(name).orElseThrow();
    }

    private void beginAnew(NodeName name) {
        if (node.members().isPresent(name)) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "node " + name + " is up: a token is for a node whose data folder is empty or lost; stop it first");
        }
        int incarnation = change(before -> before.anew(name)).incarnation(name);
        if (node.topology().layout().incarnation(name) != incarnation) {
            throw new TryLater("the cluster's new layout is not in force here yet: ask again");
        }
    }

    /** A new token, if the CA is here. */
    private Optional<String> made(NodeName name) throws IOException {
        return Authority.existsIn(Node.authorityFolder(node.config()))
                ? Optional.of(Identities.enrollment(node.config(), node.topology())
                        .token(name)
                        .toString())
                : Optional.empty();
    }
}

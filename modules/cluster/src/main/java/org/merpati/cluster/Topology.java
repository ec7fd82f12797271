package org.merpati.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;

/**
 * The cluster as it is laid out: its id, its nodes in configured order, and the replicated groups that follow from
 * their roles (replication.md §2): the directory on up to three nodes, directory nodes first; one shard for each
 * mailbox node on up to three mailbox nodes; one spool for each MTA on up to three MTAs; where a group has exactly two
 * data nodes, a witness.
 */
public record Topology(Id cluster, List<NodeInfo> nodes) {
    private static final int VOTERS = 3;

    public Topology {
        nodes = List.copyOf(nodes);
        long names = nodes.stream().map(NodeInfo::name).distinct().count();
        if (names != nodes.size()) {
            throw new Malformed("two nodes of the cluster have the same name");
        }
    }

    /**
     * The node of that name.
     *
     * @throws Malformed if there is none
     */
    public NodeInfo node(NodeName name) {
        return nodes.stream()
                .filter(n -> n.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Malformed("no node '" + name + "': the cluster has "
                        + String.join(
                                ", ", nodes.stream().map(n -> n.name().value()).toList())));
    }

    /**
     * Makes sure that a node runs a role.
     *
     * @throws Refused if it does not
     */
    public void need(NodeName name, Role role) {
        if (!node(name).has(role)) {
            throw new Refused(
                    Refused.Reason.NO_PERMISSION,
                    "node " + name + " does not run the role " + role.name().toLowerCase(Locale.ROOT));
        }
    }

    /** The nodes that run a role, in configured order. */
    public List<NodeInfo> withRole(Role role) {
        return nodes.stream().filter(n -> n.has(role)).toList();
    }

    /** The directory group. */
    public GroupSpec directory() {
        Comparator<NodeInfo> order = Comparator.comparingInt(
                n -> n.has(Role.DIRECTORY) ? 0 : n.has(Role.MAILBOX) ? 1 : n.has(Role.MTA) ? 2 : 3);
        List<NodeName> voters =
                nodes.stream().sorted(order).limit(VOTERS).map(NodeInfo::name).toList();
        List<NodeName> odd = voters.size() == 2 ? voters.subList(0, 1) : voters;
        return new GroupSpec(GroupName.DIRECTORY, odd, Optional.empty(), odd.getFirst());
    }

    /** The shards of mailboxes, one for each mailbox node. */
    public List<GroupSpec> shards() {
        List<NodeInfo> mailboxes = withRole(Role.MAILBOX);
        List<GroupSpec> shards = new ArrayList<>();
        for (int i = 0; i < mailboxes.size(); i++) {
            shards.add(group(GroupName.shard(i + 1), mailboxes, i));
        }
        return shards;
    }

    /** The spools, one for each MTA. */
    public List<GroupSpec> spools() {
        List<NodeInfo> mtas = withRole(Role.MTA);
        List<GroupSpec> spools = new ArrayList<>();
        for (int i = 0; i < mtas.size(); i++) {
            spools.add(group(GroupName.spool(mtas.get(i).name()), mtas, i));
        }
        return spools;
    }

    /** Every group. */
    public List<GroupSpec> groups() {
        return Stream.of(List.of(directory()), shards(), spools())
                .flatMap(List::stream)
                .toList();
    }

    /** The group of that name. */
    public Optional<GroupSpec> group(GroupName name) {
        return groups().stream().filter(g -> g.name().equals(name)).findFirst();
    }

    private GroupSpec group(GroupName name, List<NodeInfo> members, int first) {
        List<NodeName> data = new ArrayList<>();
        for (int i = 0; i < Math.min(VOTERS, members.size()); i++) {
            data.add(members.get((first + i) % members.size()).name());
        }
        Optional<NodeName> witness = data.size() == 2
                ? Stream.concat(withRole(Role.WITNESS).stream(), nodes.stream())
                        .map(NodeInfo::name)
                        .filter(n -> !data.contains(n))
                        .findFirst()
                : Optional.empty();
        return new GroupSpec(name, data, witness, data.getFirst());
    }
}

package org.merpati.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;

/**
 * How a cluster is laid out at one time: its nodes, the replicated groups with their voters, and who was taken out. The
 * first, version 0, follows from the configured nodes ({@link #seed}); each later one is a change of the one before.
 *
 * @param version how many changes it took
 * @param groups those that are not ended, the directory first
 * @param ended the names of groups that are, which are not given again
 * @param removed the nodes that were taken out, whose names are not given again
 * @param leaving the node that is being taken out now
 * @param anew the nodes that began anew, or vote in the place of another
 * @param continued the groups that lost their majority for good and went on with what one voter had
 */
public record Layout(
        long version,
        List<NodeInfo> nodes,
        List<GroupSpec> groups,
        Set<GroupName> ended,
        Set<NodeName> removed,
        Optional<Leaving> leaving,
        Map<NodeName, Anew> anew,
        Map<GroupName, Continued> continued) {
    /**
     * A node that is being taken out, until that is done.
     *
     * @param dead whether it will never answer again
     */
    public record Leaving(NodeName node, boolean dead) {}

    /**
     * What a node has to know that is not there from the beginning of its groups.
     *
     * @param incarnation which life of the node this is: 2 since what its data folder held was lost the first time
     * @param joins the groups whose log it gets from their other voters and does not begin
     */
    public record Anew(int incarnation, Set<GroupName> joins) {
        public Anew {
            joins = Set.copyOf(joins);
        }
    }

    /**
     * A group that goes on with one copy.
     *
     * @param generation how often that happened to it: its log is another's than before
     * @param by whose copy it is
     */
    public record Continued(int generation, NodeName by) {}

    /** How many nodes a cluster has at most. */
    public static final int NODES = 100;

    private static final int COPIES = 3;
    private static final Comparator<NodeInfo> FIT_FOR_DIRECTORY =
            Comparator.comparingInt(n -> n.has(Role.DIRECTORY) ? 0 : n.has(Role.MAILBOX) ? 1 : n.has(Role.MTA) ? 2 : 3);
    private static final String HOST = "[A-Za-z0-9.:-]{1,255}";

    public Layout {
        nodes = List.copyOf(nodes);
        groups = List.copyOf(groups);
        ended = Set.copyOf(ended);
        removed = Set.copyOf(removed);
        anew = Map.copyOf(anew);
        continued = Map.copyOf(continued);
        Set<NodeName> names = new HashSet<>();
        for (NodeInfo node : nodes) {
            if (!names.add(node.name())) {
                throw new Malformed("two nodes of the cluster have the same name");
            }
        }
        Set<GroupName> groupNames = new HashSet<>(ended);
        for (GroupSpec group : groups) {
            if (!names.containsAll(group.voters()) || !groupNames.add(group.name())) {
                throw new Malformed("the group " + group.name()
                        + " is laid out twice, ended, or has a voter that is no node of the cluster");
            }
        }
        if (nodes.size() > NODES) {
            throw new Malformed("a cluster has at most " + NODES + " nodes");
        }
    }

    /**
     * The first layout of a cluster (replication.md §2): the directory on up to three nodes, directory nodes first; one
     * shard for each mailbox node on up to three mailbox nodes; one spool for each MTA on up to three MTAs; where a
     * group has exactly two data nodes, a witness.
     */
    public static Layout seed(List<NodeInfo> nodes) {
        List<GroupSpec> groups = new ArrayList<>();
        if (!nodes.isEmpty()) {
            groups.add(directory(nodes));
        }
        List<NodeInfo> mailboxes = with(nodes, Role.MAILBOX);
        for (int i = 0; i < mailboxes.size(); i++) {
            groups.add(group(GroupName.shard(i + 1), turned(mailboxes, i), nodes));
        }
        List<NodeInfo> mtas = with(nodes, Role.MTA);
        for (int i = 0; i < mtas.size(); i++) {
            groups.add(group(GroupName.spool(mtas.get(i).name()), turned(mtas, i), nodes));
        }
        return new Layout(0, nodes, groups, Set.of(), Set.of(), Optional.empty(), Map.of(), Map.of());
    }

    private static GroupSpec directory(List<NodeInfo> nodes) {
        List<NodeName> voters = nodes.stream()
                .sorted(FIT_FOR_DIRECTORY)
                .limit(COPIES)
                .map(NodeInfo::name)
                .toList();
        List<NodeName> odd = voters.size() == 2 ? voters.subList(0, 1) : voters;
        return new GroupSpec(GroupName.DIRECTORY, odd, Optional.empty(), odd.getFirst());
    }

    private static List<NodeInfo> with(Collection<NodeInfo> nodes, Role role) {
        return nodes.stream().filter(n -> n.has(role)).toList();
    }

    private static List<NodeInfo> turned(List<NodeInfo> nodes, int first) {
        return Stream.concat(nodes.stream().skip(first), nodes.stream().limit(first))
                .toList();
    }

    /** A group on the first of some nodes, led by the very first. */
    private static GroupSpec group(GroupName name, List<NodeInfo> members, List<NodeInfo> all) {
        List<NodeName> data = members.stream().limit(COPIES).map(NodeInfo::name).toList();
        Optional<NodeName> witness = data.size() == 2
                ? Stream.concat(with(all, Role.WITNESS).stream(), all.stream())
                        .map(NodeInfo::name)
                        .filter(n -> !data.contains(n))
                        .findFirst()
                : Optional.empty();
        return new GroupSpec(name, data, witness, data.getFirst());
    }

    /** The node of that name. */
    public Optional<NodeInfo> node(NodeName name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst();
    }

    /** The group of that name, unless it is ended. */
    public Optional<GroupSpec> group(GroupName name) {
        return groups.stream().filter(g -> g.name().equals(name)).findFirst();
    }

    /**
     * The next layout, with one more node. A mailbox node gets a shard of its own and an MTA a spool; their other
     * copies are on those nodes of the role that have the fewest. No group that is there changes.
     *
     * @throws Malformed if its host can be none
     * @throws Refused if the name, or an address of it, is another's
     */
    public Layout with(NodeInfo added) {
        if (!added.host().matches(HOST)) {
            throw new Malformed("'" + added.host() + "' is no host: a name or an address of letters, digits, dots,"
                    + " hyphens and colons");
        }
        if (node(added.name()).isPresent()) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "the cluster has a node " + added.name() + " already");
        }
        if (removed.contains(added.name())) {
            throw new Refused(
                    Refused.Reason.ALREADY_EXISTS,
                    "a node " + added.name() + " was taken out of the cluster: give the new one another name");
        }
        for (NodeInfo other : nodes) {
            added.clash(other).ifPresent(port -> {
                throw new Refused(
                        Refused.Reason.ALREADY_EXISTS,
                        added.host() + ":" + port + " is node " + other.name()
                                + "'s: give the new node another host or other ports");
            });
        }
        List<NodeInfo> more = Stream.concat(nodes.stream(), Stream.of(added)).toList();
        List<GroupSpec> moreGroups = new ArrayList<>(groups);
        if (added.has(Role.MAILBOX)) {
            moreGroups.add(group(nextShard(), led(added, Role.MAILBOX), more));
        }
        if (added.has(Role.MTA)) {
            moreGroups.add(group(GroupName.spool(added.name()), led(added, Role.MTA), more));
        }
        return new Layout(version + 1, more, moreGroups, ended, removed, leaving, anew, continued);
    }

    /**
     * The next layout, in which a node is being taken out. The groups that it votes in are emptied and ended, and then
     * it goes; for those that another node leads there are new ones, led by the same, without it.
     *
     * @param dead whether it will never answer again
     * @param force whether a new group may survive fewer deaths than the one that it is for
     * @throws Malformed if there is no such node
     * @throws Refused if it cannot be spared
     */
    public Layout leaving(NodeName name, boolean dead, boolean force) {
        NodeInfo node = known(name);
        Optional<Leaving> wanted = Optional.of(new Leaving(name, dead));
        List<GroupSpec> voted =
                groups.stream().filter(group -> group.isVoter(name)).toList();
        voted.forEach(group -> spare(group, node, dead));
        if (isLeaving(name)) {
            return new Layout(version + 1, nodes, groups, ended, removed, wanted, anew, continued);
        }
        if (leaving.isPresent()) {
            throw refused("node " + leaving.get().node() + " is being taken out: one node goes after the other");
        }
        Layout after = new Layout(version + 1, nodes, groups, ended, removed, wanted, anew, continued);
        if (directory().isVoter(name)) {
            NodeName _ = after.substitute();
        }
        for (GroupSpec old : voted) {
            if (!old.preferred().equals(name) && !isDirectory(old)) {
                after = after.renewed(old, node, force);
            }
        }
        after.refuseLast(node);
        return after;
    }

    /**
     * The node of that name.
     *
     * @throws Malformed if there is none
     */
    public NodeInfo known(NodeName name) {
        return node(name)
                .orElseThrow(() -> new Malformed("no node '" + name + "': the cluster has "
                        + list(nodes.stream().map(NodeInfo::name))));
    }

    /**
     * The next layout, in which a node begins anew with an empty data folder. It votes as another than before, so that
     * nobody takes it for one that has what it had (replication.md §7 and §10.3), and gets the logs of its groups from
     * their other voters. A spool that nobody else votes in begins empty.
     *
     * @throws Malformed if there is no such node
     * @throws Refused if it is being taken out, or nobody else has what it had
     */
    public Layout anew(NodeName name) {
        known(name);
        if (isLeaving(name)) {
            throw refused("node " + name + " is being taken out: 'merpati node remove " + name + " --dead' goes on");
        }
        Set<GroupName> joins = new HashSet<>();
        for (GroupSpec group : groups) {
            if (group.isVoter(name)) {
                if (group.voters().size() > 1) {
                    joins.add(group.name());
                } else if (!group.name().isSpool()) {
                    throw refused("what " + group.name() + " holds was on node " + name
                            + " alone: restore its data folder from a backup");
                }
            }
        }
        Map<NodeName, Anew> more = new HashMap<>(anew);
        more.put(name, new Anew(incarnation(name) + 1, joins));
        return new Layout(version + 1, nodes, groups, ended, removed, leaving, more, continued);
    }

    /** The next layout, of the same nodes and groups. */
    Layout next(Map<NodeName, Anew> joining, Map<GroupName, Continued> goingOn) {
        return new Layout(version + 1, nodes, groups, ended, removed, leaving, joining, goingOn);
    }

    /** How often a group lost its majority and went on with one copy. */
    public int generation(GroupName group) {
        Continued known = continued.get(group);
        return known == null ? 0 : known.generation();
    }

    /** Whether a group goes on with the copy of that node. */
    public boolean isContinuedBy(GroupName group, NodeName node) {
        Continued known = continued.get(group);
        return known != null && known.by().equals(node);
    }

    /** How often a node has begun, 1 if never anew. */
    public int incarnation(NodeName node) {
        Anew known = anew.get(node);
        return known == null ? 1 : known.incarnation();
    }

    /** Whether a node gets the log of a group from its other voters, and does not begin it. */
    public boolean joins(NodeName node, GroupName group) {
        Anew known = anew.get(node);
        return known != null && known.joins().contains(group);
    }

    /** Makes sure that a group can be emptied that a node votes in. */
    private static void spare(GroupSpec group, NodeInfo node, boolean dead) {
        if (isDirectory(group) && group.voters().size() == 1) {
            throw refused("node " + node.name() + " alone votes in the directory: no other can take its place");
        }
        if (dead && (group.voters().size() - 1) * 2 <= group.voters().size()) {
            throw refused(group.name() + " has no majority without node " + node.name()
                    + ", so what it has cannot be brought away: start the node again");
        }
    }

    /** This layout and a new group for one that is closing, led by the same node. */
    private Layout renewed(GroupSpec old, NodeInfo without, boolean force) {
        Role role = old.name().isShard() ? Role.MAILBOX : Role.MTA;
        NodeInfo leader = node(old.preferred()).orElseThrow();
        List<NodeInfo> staying =
                nodes.stream().filter(node -> !node.equals(without)).toList();
        GroupSpec group = group(next(old), led(leader, role), staying);
        if (!force && group.voters().size() < Math.min(COPIES, old.voters().size())) {
            throw refused(old.name() + " needs a node in the place of " + without.name()
                    + ", or what is in it would not survive a death: add a node with the role " + role.text()
                    + " first, or give that up with --force");
        }
        List<GroupSpec> more = Stream.concat(groups.stream(), Stream.of(group)).toList();
        return new Layout(version, nodes, more, ended, removed, leaving, anew, continued);
    }

    /** The name of a group for what one that is closing has. */
    private GroupName next(GroupSpec old) {
        return old.name().isShard()
                ? nextShard()
                : free(2, n -> new GroupName(GroupName.spool(old.preferred()) + "-" + n));
    }

    /** What a leaving node leads goes to other groups of its kind: there must be one. */
    private void refuseLast(NodeInfo node) {
        for (GroupSpec own : groups) {
            boolean shard = own.name().isShard();
            if (own.preferred().equals(node.name())
                    && !isDirectory(own)
                    && groups.stream()
                            .noneMatch(g -> !isDirectory(g) && g.name().isShard() == shard && !isClosing(g))) {
                throw refused("node " + node.name() + " leads the only " + (shard ? "shard" : "spool")
                        + " of the cluster: add another node of its role first");
            }
        }
    }

    private GroupSpec directory() {
        return group(GroupName.DIRECTORY).orElseThrow();
    }

    private static boolean isDirectory(GroupSpec group) {
        return group.name().equals(GroupName.DIRECTORY);
    }

    /** Who votes in the directory in the place of the node that is being taken out. */
    private NodeName substitute() {
        return nodes.stream()
                .filter(node -> !directory().isVoter(node.name()))
                .min(FIT_FOR_DIRECTORY)
                .orElseThrow(() -> refused("the directory needs a node in the place of "
                        + leaving.orElseThrow().node() + ": add a node first"))
                .name();
    }

    /**
     * The next layout, in which another node votes in the directory in the place of the one that is being taken out. It
     * joins the group.
     */
    public Layout substituted() {
        NodeName gone = leaving.orElseThrow().node();
        NodeName next = substitute();
        List<NodeName> voters = Stream.concat(
                        directory().dataNodes().stream().filter(node -> !node.equals(gone)), Stream.of(next))
                .toList();
        GroupSpec changed = new GroupSpec(GroupName.DIRECTORY, voters, Optional.empty(), voters.getFirst());
        List<GroupSpec> more = groups.stream()
                .map(group -> isDirectory(group) ? changed : group)
                .toList();
        Set<GroupName> joins = new HashSet<>(Set.of(GroupName.DIRECTORY));
        Optional.ofNullable(anew.get(next)).ifPresent(known -> joins.addAll(known.joins()));
        Map<NodeName, Anew> joining = new HashMap<>(anew);
        joining.put(next, new Anew(incarnation(next), joins));
        return new Layout(version + 1, nodes, more, ended, removed, leaving, joining, continued);
    }

    /** Whether a group is being emptied, to be ended: a node that votes in it is being taken out. */
    public boolean isClosing(GroupSpec group) {
        return !isDirectory(group)
                && leaving.filter(gone -> group.isVoter(gone.node())).isPresent();
    }

    private static Refused refused(String sentence) {
        return new Refused(Refused.Reason.CANNOT, sentence);
    }

    private static String list(Stream<?> names) {
        return names.map(Object::toString).collect(Collectors.joining(", "));
    }

    /** The next layout, in which a group is no more. */
    public Layout ended(GroupName group) {
        Set<GroupName> more = new HashSet<>(ended);
        more.add(group);
        List<GroupSpec> left =
                groups.stream().filter(g -> !g.name().equals(group)).toList();
        return new Layout(version + 1, nodes, left, more, removed, leaving, anew, continued);
    }

    /** The next layout, without the node that was being taken out; it votes in no group any more. */
    public Layout left() {
        NodeName gone = leaving.orElseThrow().node();
        Set<NodeName> more = new HashSet<>(removed);
        more.add(gone);
        List<NodeInfo> stay =
                nodes.stream().filter(node -> !node.name().equals(gone)).toList();
        Map<NodeName, Anew> others = new HashMap<>(anew);
        others.remove(gone);
        return new Layout(version + 1, stay, groups, ended, more, Optional.empty(), others, continued);
    }

    /** Whether a node is being taken out. */
    public boolean isLeaving(NodeName node) {
        return leaving.filter(gone -> gone.node().equals(node)).isPresent();
    }

    private GroupName nextShard() {
        return free(1, GroupName::shard);
    }

    /** The first name, counted from a number on, that no group has or had. */
    private GroupName free(int from, IntFunction<GroupName> name) {
        Set<GroupName> taken = new HashSet<>(ended);
        groups.forEach(group -> taken.add(group.name()));
        return IntStream.iterate(from, n -> n + 1)
                .mapToObj(name)
                .filter(candidate -> !taken.contains(candidate))
                .findFirst()
                .orElseThrow();
    }

    /** A node, then the others of its role, those with the fewest copies first. */
    private List<NodeInfo> led(NodeInfo first, Role role) {
        Comparator<NodeInfo> load = Comparator.comparingLong(node ->
                groups.stream().filter(g -> g.dataNodes().contains(node.name())).count());
        Stream<NodeInfo> others = with(nodes, role).stream()
                .filter(node -> !isLeaving(node.name()) && !node.equals(first))
                .sorted(load);
        return Stream.concat(Stream.of(first), others).toList();
    }
}

package org.merpati.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;

/**
 * Nodes that are lost for good with what they had, and what that means to a cluster (replication.md §7): which groups
 * have no majority any more, and with whose copy each can go on.
 *
 * @param before how the cluster was laid out
 */
public record Loss(Layout before, Set<NodeName> lost) {
    /**
     * @throws Malformed if there is no such node
     * @throws Refused if one of them is being taken out
     */
    public Loss {
        lost = Set.copyOf(lost);
        for (NodeName name : lost) {
            before.known(name);
            if (before.isLeaving(name)) {
                throw refused(
                        "node " + name + " is being taken out: 'merpati node remove " + name + " --dead' goes on");
            }
        }
    }

    /** The groups that have no majority without the lost nodes. */
    public List<GroupSpec> broken() {
        return before.groups().stream()
                .filter(group -> 2
                                * group.voters().stream()
                                        .filter(voter -> !lost.contains(voter))
                                        .count()
                        <= group.voters().size())
                .toList();
    }

    /** Who still has the data of a group that has no majority. */
    public Optional<NodeName> survivor(GroupSpec group) {
        return group.dataNodes().stream().filter(node -> !lost.contains(node)).findFirst();
    }

    /**
     * The next layout. Each group that has no majority goes on with the copy of its last voter with data, if there is
     * one: what only the lost had acknowledged is gone. The lost begin anew, and join.
     *
     * @throws Refused if no group can and must go on like that
     */
    public Layout after() {
        Map<NodeName, Layout.Anew> joining = new HashMap<>(before.anew());
        lost.forEach(node -> joining.put(node, new Layout.Anew(before.incarnation(node) + 1, joinedBy(node))));
        Map<GroupName, Layout.Continued> continued = new HashMap<>(before.continued());
        for (GroupSpec group : broken()) {
            int generation = before.generation(group.name()) + 1;
            survivor(group).ifPresent(by -> continued.put(group.name(), new Layout.Continued(generation, by)));
        }
        if (continued.equals(before.continued())) {
            throw refused("no group can go on by that: each has a majority without these nodes, or no copy of it is"
                    + " left. A node whose disk was lost begins anew with 'merpati node token'; one that did and does"
                    + " not vote yet has no majority to offer: stop it, and name it with the others");
        }
        return before.next(joining, continued);
    }

    /** What a node that begins anew gets from others; a spool that nobody else votes in begins empty. */
    private Set<GroupName> joinedBy(NodeName node) {
        return before.groups().stream()
                .filter(group -> group.isVoter(node)
                        && (group.voters().size() > 1 || !group.name().isSpool()))
                .map(GroupSpec::name)
                .collect(Collectors.toSet());
    }

    private static Refused refused(String sentence) {
        return new Refused(Refused.Reason.CANNOT, sentence);
    }
}

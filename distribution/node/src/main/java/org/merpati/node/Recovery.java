package org.merpati.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Layout;
import org.merpati.cluster.Loss;
import org.merpati.journal.JournalStatus;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.node.layout.LayoutFile;
import org.merpati.runtime.NodeStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has groups go on with one copy: those whose witness' log is full while the other copy is away (replication.md §2),
 * and those that lost their majority for good (replication.md §7). The latter is written into the layout: by the
 * directory, or, where that has no majority either, by the node that it goes on with, which tells the directory once it
 * leads it. Each such node does its part when it is started again.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final NodeContext node;
    private final NodeAdmin nodes;

    Recovery(NodeContext node, NodeAdmin nodes) {
        this.node = node;
        this.nodes = nodes;
    }

    /** Says what is lost and what goes on; does it if that is accepted. */
    List<String> recover(Map<String, String> parameters) throws IOException {
        Set<NodeName> lost = Arrays.stream(Admin.need(parameters, "lost").split(","))
                .map(name -> new NodeName(name.strip()))
                .collect(Collectors.toCollection(TreeSet::new));
        lost.forEach(this::refuseAlive);
        Loss loss = new Loss(node.newestLayout(), lost);
        Layout after = loss.after();
        List<String> said = new ArrayList<>(
                loss.broken().stream().map(group -> said(loss, group)).toList());
        if (!Boolean.parseBoolean(parameters.getOrDefault("accept-loss", "false"))) {
            said.add("Nothing is done yet. If the disks of " + words(lost) + " cannot be brought back,"
                    + " say it again with --accept-loss");
            return said;
        }
        accept(loss, after);
        Set<NodeName> survivors = loss.broken().stream()
                .flatMap(group -> loss.survivor(group).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        survivors.forEach(survivor -> said.add("Start node " + survivor + " again: it goes on with what it has"));
        lost.forEach(gone -> said.add("Then, for a machine in the place of " + gone + ": merpati node token " + gone));
        return said;
    }

    /** Says what it means that a group goes on with the copy here alone; does it if that is accepted. */
    List<String> single(Map<String, String> parameters) {
        GroupName group = new GroupName(Admin.need(parameters, "group"));
        boolean accepted = Boolean.parseBoolean(parameters.getOrDefault("accept-risk", "false"));
        String away = words(node.groups().single(group, accepted));
        NodeName here = node.self().name();
        if (accepted) {
            LOG.warn("group {} goes on with the copy here alone: the witness drops what {} lacks", group, away);
            return List.of(group + " goes on with what node " + here + " has: its witness drops what " + away
                    + " lacks, and gets from " + here + " when it is started again");
        }
        return List.of(
                group + ": " + away + " is away, and the witness keeps what it lacks",
                "If the witness drops that, it is on the disk of node " + here + " alone until " + away
                        + " is back and has caught up: while " + here + " is down nobody serves " + group
                        + ", and if its disk is lost, so is that mail",
                "Nothing is done yet. To start " + away + " costs nothing; if that cannot be soon, say it again with"
                        + " --accept-risk");
    }

    private void refuseAlive(NodeName name) {
        if (name.equals(node.self().name()) || node.members().isPresent(name)) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "node " + name + " is up: a node is lost when its disk cannot be brought back");
        }
    }

    private String said(Loss loss, GroupSpec group) {
        Optional<NodeName> survivor = loss.survivor(group);
        if (survivor.isEmpty()) {
            return group.name() + ": no copy is left; only a backup can bring it back";
        }
        String what = survivor.get() + " has of it" + upTo(survivor.get(), group.name());
        return group.name() + ": goes on with what node " + what + "; what others had acknowledged without it is lost";
    }

    private String upTo(NodeName survivor, GroupName group) {
        return survivor.equals(node.self().name())
                ? here(group).map(row -> ", up to entry " + row.applied()).orElse("")
                : "";
    }

    private Optional<NodeStatus.Group> here(GroupName group) {
        return node.groups().status().stream()
                .filter(row -> row.name().equals(group.value()))
                .findFirst();
    }

    private void accept(Loss loss, Layout after) throws IOException {
        loss.broken().stream()
                .filter(group ->
                        loss.survivor(group).filter(node.self().name()::equals).isPresent())
                .forEach(group -> refuseEmpty(group.name()));
        if (after.generation(GroupName.DIRECTORY) == loss.before().generation(GroupName.DIRECTORY)) {
            nodes.change(before -> new Loss(before, loss.lost()).after());
            return;
        }
        NodeName voter = loss.survivor(node.topology().directory()).orElseThrow();
        if (!voter.equals(node.self().name())) {
            throw new Malformed("the directory has no majority either: say it on node " + voter
                    + ", which has the copy of it that is left");
        }
        LOG.warn("nodes {} are lost; groups that have no majority go on with one copy", words(loss.lost()));
        new LayoutFile(node.config().data()).write(after);
        node.topology().apply(after);
    }

    /** A node that itself began anew and has not caught up has nothing to go on with. */
    private void refuseEmpty(GroupName group) {
        if (here(group).filter(row -> row.role().equals(JournalStatus.JOINS)).isPresent()) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "node " + node.self().name() + " has not caught up with " + group + " since it began anew, so no"
                            + " whole copy of it is left; only a backup can bring it back");
        }
    }

    private static String words(Collection<NodeName> names) {
        return new TreeSet<>(names).stream().map(NodeName::value).collect(Collectors.joining(" and "));
    }
}

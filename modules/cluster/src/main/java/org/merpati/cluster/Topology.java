package org.merpati.cluster;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;

/**
 * The cluster as this node knows it now: its id and its newest {@link Layout}. Whoever asks again is told what has
 * changed; nothing that is asked here is to be kept.
 */
public final class Topology {
    private final Id cluster;
    private volatile Layout layout;

    /** A cluster as its configured nodes lay it out. */
    public Topology(Id cluster, List<NodeInfo> nodes) {
        this.cluster = cluster;
        this.layout = Layout.seed(nodes);
    }

    /** Goes over to a layout, unless one that is as new is known; whether it did. */
    public synchronized boolean apply(Layout newer) {
        if (newer.version() <= layout.version()) {
            return false;
        }
        layout = newer;
        return true;
    }

    /** The cluster's id. */
    public Id cluster() {
        return cluster;
    }

    /** The newest layout. */
    public Layout layout() {
        return layout;
    }

    /** The nodes, in the order in which they came. */
    public List<NodeInfo> nodes() {
        return layout.nodes();
    }

    /**
     * The node of that name.
     *
     * @throws Malformed if there is none
     */
    public NodeInfo node(NodeName name) {
        return layout.known(name);
    }

    /**
     * Where to reach a node that was named to this one.
     *
     * @throws TryLater if the layout that is known here does not have it: it may be new, or gone
     */
    public NodeInfo reach(NodeName name) {
        return layout.node(name).orElseThrow(() -> new TryLater("the layout that this node knows has no node " + name));
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

    /** The nodes that run a role. */
    public List<NodeInfo> withRole(Role role) {
        return nodes().stream().filter(n -> n.has(role)).toList();
    }

    /** The directory group. */
    public GroupSpec directory() {
        return group(GroupName.DIRECTORY).orElseThrow(() -> new Malformed("the cluster has no node"));
    }

    /** The shards of mailboxes. */
    public List<GroupSpec> shards() {
        return groups().stream().filter(g -> g.name().isShard()).toList();
    }

    /** The shards that are not being emptied. */
    public List<GroupSpec> stayingShards() {
        Layout now = layout;
        return now.groups().stream()
                .filter(g -> g.name().isShard() && !now.isClosing(g))
                .toList();
    }

    /** The spools. */
    public List<GroupSpec> spools() {
        return groups().stream().filter(g -> g.name().isSpool()).toList();
    }

    /** Every group. */
    public List<GroupSpec> groups() {
        return layout.groups();
    }

    /** The group of that name. */
    public Optional<GroupSpec> group(GroupName name) {
        return layout.group(name);
    }
}

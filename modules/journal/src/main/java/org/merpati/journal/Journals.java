package org.merpati.journal;

import java.util.List;
import org.merpati.cluster.GroupSpec;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;

/** The groups that this node votes in. */
public interface Journals extends AutoCloseable {
    /**
     * Opens a group with data on this node: replays what its log holds beyond the state machine's checkpoint, then
     * takes part. A group that is at a feature level which this program does not know is not opened: its status says
     * which release is needed.
     *
     * @throws org.merpati.kernel.Refused if the folder cannot be trusted: it belongs to another cluster, group or
     *     incarnation, or its log is damaged
     */
    Journal open(GroupSpec group, StateMachine state);

    /** Opens a group as its witness: it votes and keeps the log, and has no state. */
    Journal witness(GroupSpec group);

    /**
     * Begins to mend this node's copy of a group: leaves it here, fetches from another data node the files that are not
     * sound, and opens it again. The group's {@link Journal#status} says when it serves again.
     *
     * @throws org.merpati.kernel.Refused if this node has no copy of it, or no other node has one
     */
    void mend(GroupName group);

    /**
     * Lets a group that this node leads go on with this copy alone while its other data node is away: its witness drops
     * what the newest checkpoint here holds and would else keep for that node. Until it is back, and has caught up from
     * this node, what it lacks is on no other disk than this node's; with this node gone, nobody serves the group.
     *
     * @param agreed whether to do it, or only to say who is away
     * @return the data nodes that are away
     * @throws org.merpati.kernel.Refused if none is, the group has no witness, or this node does not lead it
     * @throws org.merpati.kernel.TryLater if no checkpoint is made in time; nothing is dropped then
     */
    List<NodeName> single(GroupName group, boolean agreed);

    /** Leaves all groups. */
    @Override
    void close();
}

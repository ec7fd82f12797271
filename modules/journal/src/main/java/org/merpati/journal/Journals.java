package org.merpati.journal;

import org.merpati.cluster.GroupSpec;
import org.merpati.kernel.GroupName;

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

    /** Leaves all groups. */
    @Override
    void close();
}

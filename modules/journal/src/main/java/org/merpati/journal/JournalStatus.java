package org.merpati.journal;

import java.util.List;
import java.util.Map;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;

/**
 * A group as one of its voters sees it, for people.
 *
 * @param state {@code leader}, {@code follower}, {@code candidate}, {@code witness}, {@code joins} of a node that
 *     has no vote yet, or {@code failed: why}
 * @param applied the index of the last entry applied here
 * @param committed the index of the last entry known to be committed
 * @param checkpointed the index of the last finished checkpoint here
 * @param lag on the leader: for each other voter, how many entries it lacks
 * @param alarms what people must look after, a sentence each: a log near its bound, a disk that is nearly full
 */
public record JournalStatus(
        GroupName group,
        String state,
        Leadership leadership,
        long applied,
        long committed,
        long checkpointed,
        Map<NodeName, Long> lag,
        List<String> alarms) {
    /** The state of a node that has no vote yet. */
    public static final String JOINS = "joins";

    /** A group that this node takes no part in now. */
    static JournalStatus closed(GroupName group, String state, Leadership known, long applied, long checkpointed) {
        return new JournalStatus(group, state, known, applied, applied, checkpointed, Map.of(), List.of());
    }

    public JournalStatus {
        lag = Map.copyOf(lag);
        alarms = List.copyOf(alarms);
    }
}

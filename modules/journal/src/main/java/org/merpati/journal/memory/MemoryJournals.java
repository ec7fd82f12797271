package org.merpati.journal.memory;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.Journal;
import org.merpati.journal.Journals;
import org.merpati.journal.StateMachine;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;

/**
 * The groups of one process in memory: no disk, no network, no election; what was acknowledged is gone with the
 * process. Several nodes may share a {@link Cluster} and then have copies of the same groups.
 */
public final class MemoryJournals implements Journals {
    /** What the nodes of one process share. */
    public static final class Cluster {
        private static final int LOG_LIMIT = 4096;
        private final Map<GroupName, MemoryGroup> groups = new ConcurrentHashMap<>();

        private MemoryGroup group(GroupSpec spec) {
            return groups.computeIfAbsent(spec.name(), name -> new MemoryGroup(spec, LOG_LIMIT));
        }
    }

    private final NodeName self;
    private final Clock clock;
    private final Cluster cluster;
    private final Release release;
    private final Map<GroupName, MemoryJournal> open = new ConcurrentHashMap<>();

    /** The groups of a node that is alone. */
    public MemoryJournals(NodeName self, Clock clock) {
        this(self, clock, new Cluster());
    }

    /** The groups of one of several nodes. */
    public MemoryJournals(NodeName self, Clock clock, Cluster cluster) {
        this(self, clock, cluster, Release.ours("in memory"));
    }

    /** The groups of one of several nodes that may be of different releases. */
    public MemoryJournals(NodeName self, Clock clock, Cluster cluster, Release release) {
        this.release = release;
        this.self = self;
        this.clock = clock;
        this.cluster = cluster;
    }

    @Override
    public Journal open(GroupSpec group, StateMachine state) {
        return join(group, state);
    }

    @Override
    public Journal witness(GroupSpec group) {
        return join(group, null);
    }

    @Override
    public void mend(GroupName group) {
        throw new Refused(Refused.Reason.CANNOT, "copies in memory have no files that could be mended");
    }

    @Override
    public List<NodeName> single(GroupName group, boolean agreed) {
        throw new Refused(Refused.Reason.CANNOT, "a witness in memory keeps no log");
    }

    private Journal join(GroupSpec spec, @Nullable StateMachine state) {
        MemoryGroup group = cluster.group(spec);
        MemoryJournal journal = new MemoryJournal(self, release, group, state, clock, () -> open.remove(spec.name()));
        group.join(journal);
        open.put(spec.name(), journal);
        return journal;
    }

    @Override
    public void close() {
        List.copyOf(open.values()).forEach(MemoryJournal::close);
    }
}

package org.merpati.journal.level;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.merpati.cluster.NodeChannel;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises the feature level of a group on the node that leads it: once every node of the group has just said that it
 * knows a higher one. A node that is silent knows none.
 */
public final class Levels {
    private static final Logger LOG = LoggerFactory.getLogger(Levels.class);
    private static final String SERVICE = "journal.level";
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final long PERIOD_NANOS = LIMIT.toNanos();

    private final GroupName group;
    private final Release own;
    private final List<NodeName> others;
    private final NodeChannel channel;
    private final Clock clock;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile long askAgain;
    private volatile String missing = "the others are being asked";

    /**
     * The levels of a group.
     *
     * @param others the nodes that have to know a level beside this one
     */
    public Levels(GroupName group, Release own, List<NodeName> others, NodeChannel channel, Clock clock) {
        this.group = group;
        this.own = own;
        this.others = List.copyOf(others);
        this.channel = channel;
        this.clock = clock;
        this.askAgain = clock.nanos();
    }

    /** Says from now on which level this node knows. */
    public static void offer(NodeChannel channel, Release own) {
        byte[] says = own.write(new BinaryWriter()).toByteArray();
        channel.offer(SERVICE, (peer, request, answer) -> answer.write(says));
    }

    /** The program of this node. */
    public Release own() {
        return own;
    }

    /**
     * Asks the others, if the group's level can still be raised and they were not asked just now.
     *
     * @param level the group's now
     * @param raise called with what the group is to be raised to, perhaps more than once
     */
    public void look(int level, Consumer<Release> raise) {
        if (level >= own.level() || clock.nanos() - askAgain < 0 || !asking.compareAndSet(false, true)) {
            return;
        }
        Thread.ofVirtual().name("journal-level-" + group).start(() -> {
            try {
                int common = common(level);
                if (common > level) {
                    LOG.info("group {}: all of its nodes know feature level {}, it is raised", group, common);
                    raise.accept(new Release(own.version(), common));
                }
            } finally {
                askAgain = clock.nanos() + PERIOD_NANOS;
                asking.set(false);
            }
        });
    }

    /** The highest level that all know; that of the group if one of them is silent. */
    private int common(int level) {
        int common = own.level();
        for (NodeName node : others) {
            String why = "";
            try {
                Release theirs = Release.read(new BinaryReader(channel.ask(node, SERVICE, new byte[0], LIMIT)));
                common = Math.min(common, theirs.level());
                why = theirs.knows(own.level()) ? "" : "node " + node + " runs merpati " + theirs.version();
            } catch (Refused unknown) {
                common = level;
                why = "node " + node + " runs an older release";
            } catch (Failure silent) {
                common = level;
                why = "node " + node + " does not answer";
            }
            if (!why.isEmpty() && !why.equals(missing)) {
                LOG.info("group {} stays at feature level {} of {}: {}", group, level, own.level(), why);
            }
            if (common <= level) {
                missing = why;
                return level;
            }
        }
        return common;
    }

    /** What is answered to a command of a level that the group does not have yet. */
    public Refused tooEarly(int level, int needed) {
        return new Refused(
                Refused.Reason.CANNOT,
                "this can be done once all nodes of group " + group + " run merpati " + own.version()
                        + " or newer (feature level " + needed + ", the group is at " + level + "): " + missing);
    }
}

package org.merpati.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.ratis.protocol.RaftClientReply;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Layout;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node that began anew comes to vote again (replication.md §7 and §10.3), or votes in the place of another: it
 * opens the group with no log and no vote and asks the others, again and again, to be taken in; whoever leads the group
 * brings it up to date and has it vote in that place.
 */
final class Joining {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final String SERVICE = "journal.join";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Topology topology;
    private final NodeName self;
    private final int incarnation;
    private final Engine engine;
    private final NodeChannel channel;
    private final Function<GroupName, Optional<RatisJournal>> open;
    private final Set<GroupName> asking = ConcurrentHashMap.newKeySet();

    /**
     * Answers others who join.
     *
     * @param incarnation how often this node has begun
     * @param open the groups that are open on this node
     */
    Joining(
            Topology topology,
            NodeName self,
            int incarnation,
            Engine engine,
            NodeChannel channel,
            Function<GroupName, Optional<RatisJournal>> open) {
        this.topology = topology;
        this.self = self;
        this.incarnation = incarnation;
        this.engine = engine;
        this.channel = channel;
        this.open = open;
        channel.offer(SERVICE, this::admit);
    }

    /** Asks the others to take this node into a group, if it does not vote there. To be called again and again. */
    void look(RatisJournal journal) {
        GroupSpec spec = journal.spec();
        if (!journal.hasFailed() && !votes(spec) && asking.add(spec.name())) {
            Thread.ofVirtual().name("journal-join-" + spec.name()).start(() -> {
                try {
                    ask(spec);
                } finally {
                    asking.remove(spec.name());
                }
            });
        }
    }

    private boolean votes(GroupSpec spec) {
        try {
            return engine.votes(spec);
        } catch (IOException opening) {
            return true;
        }
    }

    private void ask(GroupSpec spec) {
        byte[] request =
                new BinaryWriter().text(spec.name().value()).varint(incarnation).toByteArray();
        for (NodeName other : spec.voters()) {
            if (!other.equals(self)) {
                try {
                    channel.ask(other, SERVICE, request, LIMIT);
                } catch (Failure e) {
                    LOG.debug("group {}: {} does not take this node in: {}", spec.name(), other, e.sentence());
                }
            }
        }
    }

    /** On the leader: begins to take the peer in, unless that is under way or done. */
    private void admit(NodeName peer, byte[] request, OutputStream answer) {
        BinaryReader in = new BinaryReader(request);
        GroupName group = new GroupName(in.text());
        int theirs = in.count();
        Layout layout = topology.layout();
        if (layout.group(group).filter(spec -> spec.isVoter(peer)).isEmpty() || layout.incarnation(peer) > theirs) {
            throw new Refused(
                    Refused.Reason.NO_PERMISSION, "node " + peer + " as it is does not vote in a group named " + group);
        }
        RatisJournal journal = open.apply(group)
                .filter(here -> here.leadership().leading() && layout.incarnation(peer) == theirs)
                .orElseThrow(() -> new TryLater("node " + self + " cannot take node " + peer + " into " + group));
        if (voting(journal.spec(), peer) || !asking.add(group)) {
            return;
        }
        LOG.info("group {}: node {} is taken in", group, peer);
        CompletableFuture<RaftClientReply> _ = engine.admit(journal.spec(), peer)
                .whenComplete((reply, error) -> {
                    asking.remove(group);
                    boolean done = error == null && reply.isSuccess();
                    LOG.info("group {}: node {} {}", group, peer, done ? "votes" : "is not taken in yet");
                });
    }

    private boolean voting(GroupSpec spec, NodeName peer) {
        try {
            return engine.votes(spec, peer);
        } catch (IOException closing) {
            throw new TryLater("group " + spec.name() + " is not open on node " + self);
        }
    }
}

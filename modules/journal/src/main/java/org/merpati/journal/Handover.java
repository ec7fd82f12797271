package org.merpati.journal;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.ratis.server.RaftServer;
import org.merpati.cluster.GroupSpec;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a group's leadership from this node to another, while nothing is under way: so it is not unknown of anything
 * whether it has happened. What is submitted meanwhile waits.
 */
final class Handover {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    private final GroupSpec spec;
    private final NodeName self;
    private final JournalConfig config;
    private final Engine engine;
    private final Part part;
    private final AtomicBoolean yielding = new AtomicBoolean();

    /**
     * What it has to do with this node's part in the group.
     *
     * @param look has it look at who leads
     * @param elsewhere what a caller is told that has to ask elsewhere
     */
    record Part(Announcer announcer, Runnable look, Supplier<TryLater> elsewhere) {}

    Handover(GroupSpec spec, NodeName self, JournalConfig config, Engine engine, Part part) {
        this.part = part;
        this.spec = spec;
        this.self = self;
        this.config = config;
        this.engine = engine;
    }

    private Followers followers(RaftServer.Division division) {
        return new Followers(self, division);
    }

    private List<NodeName> heard(Followers followers) {
        return followers.present(config.electionMin().toMillis());
    }

    /** Whether a voter answered this leader lately. */
    boolean hears(NodeName voter) {
        try {
            return heard(followers(engine.division(spec))).contains(voter);
        } catch (IOException closing) {
            return false;
        }
    }

    /**
     * Hands over to a data node.
     *
     * @throws IOException if it does not take over in time
     * @throws TryLater if what is under way is not done in time
     */
    void to(NodeName node, Batcher gate) throws IOException {
        boolean taken = false;
        try {
            if (!gate.hold(config.electionMax())) {
                throw new TryLater("group " + spec.name() + ": what is under way is not done in time");
            }
            engine.transfer(spec, node, config.electionMax().multipliedBy(2).toMillis());
            taken = true;
        } finally {
            resume(gate, taken);
        }
    }

    /** What was held meanwhile is turned away to the new leader, or goes on here. */
    private void resume(Batcher gate, boolean taken) {
        part.look().run();
        if (taken || !part.announcer().present().leading()) {
            part.announcer().await(now -> !now.leading(), config.electionMax());
            gate.turnAway(part.elsewhere().get());
        } else {
            gate.release();
        }
    }

    /** Hands over to the first other data node that takes it, if there is one. */
    void toAny(Batcher gate) {
        for (NodeName other : spec.dataNodes()) {
            if (!other.equals(self) && hears(other)) {
                try {
                    to(other, gate);
                    return;
                } catch (IOException | TryLater refused) {
                    LOG.debug("group {}: node {} did not take over", spec.name(), other, refused);
                }
            }
        }
    }

    /**
     * On a witness that leads, because it alone has the newest entries: brings the data node up to date that lacks the
     * fewest and hands over to it. Ratis would do so by itself, once nothing else has happened for an election
     * time-out. To be called again and again; one attempt is under way at a time.
     */
    void fromWitness(RaftServer.Division division) {
        Followers followers = followers(division);
        Map<NodeName, Long> lag = followers.lag();
        Optional<NodeName> next = heard(followers).stream()
                .filter(spec.dataNodes()::contains)
                .min(Comparator.comparing(n -> lag.getOrDefault(n, Long.MAX_VALUE)));
        if (next.isEmpty() || !yielding.compareAndSet(false, true)) {
            return;
        }
        Thread.ofVirtual().name("journal-yield-" + spec.name()).start(() -> {
            try {
                engine.transfer(spec, next.get(), config.electionMin().toMillis());
            } catch (IOException e) {
                LOG.debug("group {}: {} did not take over from the witness yet", spec.name(), next.get(), e);
            } finally {
                yielding.set(false);
            }
        });
    }
}

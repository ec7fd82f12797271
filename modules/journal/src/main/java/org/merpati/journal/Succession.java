package org.merpati.journal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a data node does when a leader's call of entries to it is over. If nothing listens any more where the leader's
 * process did, the process has ended, and the node stands for election at once instead of waiting out a silence; a
 * leader that is frozen or cut off is waited for as ever. Raft allows anybody to stand at any time: a wrong guess costs
 * an election.
 */
final class Succession {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);
    private static final int CONNECT_MILLIS = 200;
    private static final Duration FIRST_LOOK = Duration.ofMillis(10);
    private static final int LOOKS = 6;

    private final Topology topology;
    private final NodeName self;
    private final Engine engine;
    private final Duration turn;
    private final Set<GroupName> looking = ConcurrentHashMap.newKeySet();

    /**
     * @param turn how much later each further data node stands, so that two do not take each other's votes
     */
    Succession(Topology topology, NodeName self, Engine engine, Duration turn) {
        this.topology = topology;
        this.self = self;
        this.engine = engine;
        this.turn = turn;
    }

    /** To be called when a call is over on which a node sent entries of a group. */
    void ended(GroupSpec spec, NodeName sender) {
        if (!spec.dataNodes().contains(self) || !looking.add(spec.name())) {
            return;
        }
        Thread.ofVirtual().name("journal-succession-" + spec.name()).start(() -> {
            try {
                if (gone(spec, sender)) {
                    stand(spec, sender);
                }
            } catch (IOException closing) {
                LOG.debug("group {} is not open in the engine", spec.name(), closing);
            } finally {
                looking.remove(spec.name());
            }
        });
    }

    /**
     * Looks whether a leader's process has ended. A process that is ending may have lost its connections before its
     * listener, so it is looked at more than once, at longer and longer intervals.
     */
    private boolean gone(GroupSpec spec, NodeName leader) throws IOException {
        Duration pause = FIRST_LOOK;
        for (int look = 0; look < LOOKS && engine.follows(spec, leader); look++) {
            if (!listens(topology.node(leader))) {
                return true;
            }
            LockSupport.parkNanos(pause.toNanos());
            pause = pause.multipliedBy(2);
        }
        return false;
    }

    /** Whether a process may listen there: only a refusal is proof that none does. */
    private static boolean listens(NodeInfo node) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(node.host(), node.raftPort()), CONNECT_MILLIS);
            return true;
        } catch (ConnectException refused) {
            return false;
        } catch (IOException unreachable) {
            return true;
        }
    }

    private void stand(GroupSpec spec, NodeName leader) throws IOException {
        List<NodeName> heirs =
                spec.dataNodes().stream().filter(node -> !node.equals(leader)).toList();
        LockSupport.parkNanos(turn.multipliedBy(heirs.indexOf(self)).toNanos());
        if (engine.follows(spec, leader)) {
            boolean standing = engine.stand(spec, leader);
            LOG.info(
                    "group {}: the process of its leader {} has ended{}",
                    spec.name(),
                    leader,
                    standing ? ", this node stands for election" : "");
        }
    }
}

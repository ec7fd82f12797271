package org.merpati.node.layout;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.Removed;
import org.merpati.cluster.Topology;
import org.merpati.wire.InternalErrors;
import org.merpati.wire.Network;

/**
 * Notices that this node is in the cluster no more while it runs: it hears the newest layout no more, since nobody
 * feeds it any, so it asks when it has not been fed for a while.
 */
public final class Farewell implements AutoCloseable {
    private static final long PERIOD_NANOS = 2_000_000_000L;

    private final Thread thread;
    private volatile boolean closed;

    /**
     * Looks again and again.
     *
     * @param fed whether the node's copy of the directory is kept up to date
     * @param removed told what is said, once, if the node was taken out
     */
    public Farewell(
            Topology topology, NodeIdentity self, Network network, BooleanSupplier fed, Consumer<String> removed) {
        this.thread = Thread.ofVirtual().name("farewell").start(() -> {
            while (!closed) {
                LockSupport.parkNanos(PERIOD_NANOS);
                try {
                    if (!closed && look(topology, self, network, fed, removed)) {
                        return;
                    }
                } catch (RuntimeException bug) {
                    InternalErrors.report("farewell", bug);
                }
            }
        });
    }

    private static boolean look(
            Topology topology, NodeIdentity self, Network network, BooleanSupplier fed, Consumer<String> removed) {
        Optional<String> said = Removed.said(topology.layout(), self.node(), self.incarnation());
        if (said.isEmpty() && !fed.getAsBoolean()) {
            said = Removed.ask(topology, self, network);
        }
        if (said.isEmpty()) {
            return false;
        }
        removed.accept(said.get());
        return true;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

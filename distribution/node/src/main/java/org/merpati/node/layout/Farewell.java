package org.merpati.node.layout;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.Removed;
import org.merpati.cluster.Topology;
import org.merpati.wire.InternalErrors;
import org.merpati.wire.Network;

/**
 * Notices that this node was taken out of the cluster while it runs: it hears the newest layout no more, since nobody
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
        boolean told = topology.layout().removed().contains(self.node());
        if (!told && (fed.getAsBoolean() || Removed.ask(topology, self, network).isEmpty())) {
            return false;
        }
        removed.accept(Removed.sentence(self.node()));
        return true;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

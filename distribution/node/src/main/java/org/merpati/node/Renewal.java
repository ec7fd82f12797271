package org.merpati.node;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the node's certificate in time. */
final class Renewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
    private static final Duration PERIOD = Duration.ofHours(6);

    private final Thread thread;
    private volatile boolean closed;

    Renewal(Topology topology, FileIdentity identity, NodeChannel channel, Clock clock) {
        thread = Thread.ofVirtual().name("renewal").start(() -> {
            while (!closed) {
                try {
                    if (Enrollment.renewIfDue(topology, identity, channel, clock)) {
                        LOG.info("the node's certificate was renewed");
                    }
                } catch (IOException | Failure later) {
                    LOG.warn("the node's certificate could not be renewed: {}", later.getMessage());
                } catch (RuntimeException bug) {
                    InternalErrors.report("renewal", bug);
                }
                LockSupport.parkNanos(PERIOD.toNanos());
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

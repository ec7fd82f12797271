package org.merpati.directory;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.NodeChannel;
import org.merpati.journal.Journal;
import org.merpati.journal.Leadership;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Failure;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether a voter's copy has all that its leader had when this node began to follow it. A voter that was away, or
 * that begins anew, hears its leader before it has what it lacks: until then, what is not in its copy may exist.
 */
final class CaughtUp {
    private static final Logger LOG = LoggerFactory.getLogger(CaughtUp.class);
    private static final String SERVICE = "directory.index";
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long PAUSE_NANOS = 50_000_000;

    private final Journal journal;
    private final NodeChannel channel;
    private final AtomicBoolean asking = new AtomicBoolean();
    /** The leader's epoch in which the copy has caught up. */
    private volatile @Nullable Epoch reached;

    /** Asks each leader, and answers where this node leads. */
    CaughtUp(Journal journal, NodeChannel channel) {
        this.journal = journal;
        this.channel = channel;
        channel.offer(SERVICE, (peer, request, answer) -> {
            journal.fresh();
            answer.write(new BinaryWriter().i64(journal.status().committed()).toByteArray());
        });
        journal.watch(this::heard);
    }

    /** Whether it has. */
    boolean now() {
        Leadership known = journal.leadership();
        return known.leading() || (known.leader().isPresent() && known.epoch().equals(reached));
    }

    private void heard(Leadership known) {
        if (known.leader().isEmpty()) {
            reached = null;
        } else if (!now() && asking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("directory-caught-up").start(() -> {
                try {
                    catchUp();
                } finally {
                    asking.set(false);
                }
                heard(journal.leadership());
            });
        }
    }

    /** Goes on until the copy has caught up with the leader of then, or nobody leads. */
    private void catchUp() {
        Leadership known = journal.leadership();
        while (known.leader().isPresent() && !now()) {
            try {
                follow(known.leader().get(), known.epoch());
            } catch (Failure later) {
                LOG.debug("the directory here has not caught up yet: {}", later.sentence());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            known = journal.leadership();
        }
    }

    private void follow(NodeName leader, Epoch epoch) {
        long index = new BinaryReader(channel.ask(leader, SERVICE, new byte[0], LIMIT)).i64();
        while (journal.status().applied() < index) {
            Leadership known = journal.leadership();
            if (known.leader().filter(leader::equals).isEmpty()
                    || !known.epoch().equals(epoch)) {
                throw new TryLater("the directory is led by another now");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        reached = epoch;
    }
}

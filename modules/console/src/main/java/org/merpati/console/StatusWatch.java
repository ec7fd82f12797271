package org.merpati.console;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Clock;
import org.merpati.runtime.NodeStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the nodes how they are, once a second, while somebody watches; however many watch, one thread asks. A watcher
 * that is slow misses rounds and never holds up the others.
 */
final class StatusWatch implements AutoCloseable {
    static final int LIMIT = 50;
    private static final Logger LOG = LoggerFactory.getLogger(StatusWatch.class);
    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A view in JSON, and the round that it is of. */
    record Round(long number, byte[] json, long nanos) {}

    private final Supplier<List<NodeStatus>> nodes;
    private final Clock clock;
    private final Overview overview = new Overview();
    private final ReentrantLock asking = new ReentrantLock();
    private @Nullable Round latest;
    private @Nullable Thread asker;
    private int watchers;
    private boolean failing;
    private boolean closed;

    StatusWatch(Supplier<List<NodeStatus>> nodes, Clock clock) {
        this.nodes = nodes;
        this.clock = clock;
    }

    /** One who watches, until it is closed. */
    final class Watcher implements AutoCloseable {
        private long seen;

        private Watcher(long seen) {
            this.seen = seen;
        }

        /** Waits for a round that this watcher has not seen; nothing if none came in time or the watch is over. */
        Optional<Round> next(Duration limit) throws InterruptedException {
            Optional<Round> round = awaitAfter(seen, limit);
            round.ifPresent(r -> seen = r.number());
            return round;
        }

        @Override
        public void close() {
            leave();
        }
    }

    /**
     * Begins to watch.
     *
     * @throws Denied if too many watch already (503)
     */
    synchronized Watcher join() {
        if (closed || watchers >= LIMIT) {
            throw new Denied(503, "too many pages watch the status already: close one");
        }
        watchers++;
        if (asker != null) {
            return new Watcher(0);
        }
        asker = Thread.ofVirtual().name("console-asker").start(this::ask);
        return new Watcher(latest == null ? 0 : latest.number());
    }

    private synchronized void leave() {
        watchers--;
        notifyAll();
    }

    /** Whether the watch is over. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** How many watch now. */
    synchronized int watchers() {
        return watchers;
    }

    /** Whether the nodes are asked again and again now. */
    synchronized boolean asks() {
        return asker != null;
    }

    /**
     * A view that is at most a second old.
     *
     * @throws Denied if the nodes cannot be asked (503)
     */
    Round now() {
        asking.lock();
        try {
            Round known = latest();
            if (known != null && clock.nanos() - known.nanos() < PERIOD_NANOS) {
                return known;
            }
            return round();
        } catch (RuntimeException failed) {
            LOG.warn("the nodes cannot be asked for their status", failed);
            throw new Denied(503, "the nodes cannot be asked now: try again");
        } finally {
            asking.unlock();
        }
    }

    private synchronized @Nullable Round latest() {
        return latest;
    }

    private Round round() {
        asking.lock();
        try {
            List<NodeStatus> answers = nodes.get();
            byte[] json = JSON.writeValueAsBytes(overview.of(answers, clock.millis()));
            return publish(json);
        } finally {
            asking.unlock();
        }
    }

    private synchronized Round publish(byte[] json) {
        Round round = new Round(latest == null ? 1 : latest.number() + 1, json, clock.nanos());
        latest = round;
        notifyAll();
        return round;
    }

    private synchronized Optional<Round> awaitAfter(long seen, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!closed && (latest == null || latest.number() <= seen)) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        return closed ? Optional.empty() : Optional.ofNullable(latest);
    }

    private void ask() {
        while (goesOn()) {
            long begun = System.nanoTime();
            try {
                round();
                failing = false;
            } catch (RuntimeException failed) {
                if (!failing) {
                    LOG.warn("the nodes cannot be asked for their status", failed);
                }
                failing = true;
            }
            rest(begun + PERIOD_NANOS);
        }
    }

    /** Whether somebody watches still; if not, the asker is gone from now on. */
    private synchronized boolean goesOn() {
        if (closed || watchers == 0) {
            asker = null;
            return false;
        }
        return true;
    }

    private synchronized void rest(long until) {
        for (long left = until - System.nanoTime();
                left > 0 && !closed && watchers > 0;
                left = until - System.nanoTime()) {
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}

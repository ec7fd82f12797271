package org.merpati.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the watchers of a group who leads it, in order and from one thread. If they are slow, the oldest news are
 * dropped: only the newest matter.
 */
public final class Announcer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
    private static final int BACKLOG = 256;
    private static final int WATCHERS = 64;

    private final String group;
    private final List<Consumer<Leadership>> watchers = new ArrayList<>();
    private final BlockingQueue<Runnable> news = new ArrayBlockingQueue<>(BACKLOG);
    private volatile Leadership present = Leadership.UNKNOWN;
    private volatile boolean closed;

    /** Tells nobody yet. */
    public Announcer(String group) {
        this.group = group;
        Thread.ofVirtual().name("journal-watch-" + group).start(this::run);
    }

    private void run() {
        while (!closed || !news.isEmpty()) {
            try {
                news.take().run();
            } catch (InterruptedException e) {
                if (closed && news.isEmpty()) {
                    Thread.currentThread().interrupt();
                    return;
                }
            } catch (RuntimeException e) {
                LOG.error("group {}: a watcher of the leadership failed", group, e);
            }
        }
    }

    /** The newest leadership. */
    public Leadership present() {
        return present;
    }

    /** Tells everyone, if it is news. */
    public synchronized void announce(Leadership leadership) {
        if (leadership.equals(present)) {
            return;
        }
        LOG.info("group {}: {}", group, leadership);
        present = leadership;
        notifyAll();
        for (Consumer<Leadership> watcher : watchers) {
            enqueue(() -> watcher.accept(leadership));
        }
    }

    /** Waits until the leadership is such, at most so long. */
    synchronized void await(Predicate<Leadership> such, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toNanos(); !such.test(present) && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Adds a watcher and tells it the present state first. */
    public synchronized void add(Consumer<Leadership> watcher) {
        if (watchers.size() >= WATCHERS) {
            throw new IllegalStateException("group " + group + " has " + WATCHERS + " watchers already");
        }
        watchers.add(watcher);
        Leadership now = present;
        enqueue(() -> watcher.accept(now));
    }

    private void enqueue(Runnable item) {
        while (!news.offer(item)) {
            news.poll();
        }
    }

    @Override
    public void close() {
        closed = true;
        enqueue(() -> {});
    }
}

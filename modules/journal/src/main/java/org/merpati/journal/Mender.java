package org.merpati.journal;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.merpati.kernel.GroupName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for damaged files of this node's copies and mends them from another data node's (replication.md §7, bad
 * checksum). A copy goes on as it is until another can take its place; while it is mended the group is served by the
 * others. It is tried until it succeeds.
 */
final class Mender implements AutoCloseable {
    /** What mends a copy. */
    interface Mending {
        /** Whether another data node offers a checkpoint that this node's log goes on from. */
        boolean offered(RatisJournal journal);

        /** Leaves the group, takes another node's checkpoint, opens the group again; false if there is none now. */
        boolean mend(RatisJournal journal) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Mender.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final long SCRUB_OCTETS_PER_SECOND = 8L << 20;

    private final ScheduledExecutorService ticker;
    private final Mending mending;
    private final Set<GroupName> busy = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scrubbing = new AtomicBoolean();
    private volatile boolean closed;

    Mender(ScheduledExecutorService ticker, Mending mending) {
        this.ticker = ticker;
        this.mending = mending;
    }

    /** Begins to mend a copy, if that is not under way already. */
    void soon(RatisJournal journal, String why) {
        if (closed || journal.isClosed() || !busy.add(journal.group())) {
            return;
        }
        if (journal.spec().dataNodes().size() < 2) {
            LOG.error("group {}: {}; no other node has a copy: restore it from a backup", journal.group(), why);
            return;
        }
        LOG.error("group {}: {}; it is to be mended from another copy", journal.group(), why);
        run("journal-mend-" + journal.group(), () -> attempt(journal, why, FIRST_PAUSE));
    }

    private void attempt(RatisJournal journal, String why, Duration pause) {
        String obstacle = "no other data node offers a checkpoint";
        try {
            if (mended(journal, why)) {
                LOG.info("group {}: the copy on this node was mended", journal.group());
                busy.remove(journal.group());
                return;
            }
        } catch (IOException | RuntimeException failed) {
            obstacle = String.valueOf(failed.getMessage());
        }
        LOG.warn("group {}: the copy is not mended yet, it will be tried again: {}", journal.group(), obstacle);
        Duration next = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        try {
            Runnable again = () -> run("journal-mend-" + journal.group(), () -> attempt(journal, why, next));
            ScheduledFuture<?> _ = ticker.schedule(again, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debug("group {}: the node is closing", journal.group(), closing);
        }
    }

    private boolean mended(RatisJournal journal, String why) throws IOException {
        if (!journal.hasFailed()) {
            if (!mending.offered(journal)) {
                return false;
            }
            journal.handOver();
            journal.fail(why + "; it is being mended from another copy");
        }
        return mending.mend(journal);
    }

    /** Reads all files of these groups, slowly, one group after the other; whoever finds damage has it mended. */
    void scrub(Collection<RatisJournal> journals) {
        List<RatisJournal> all = List.copyOf(journals);
        if (!scrubbing.compareAndSet(false, true)) {
            return;
        }
        run("journal-scrub", () -> {
            try {
                for (RatisJournal journal : all) {
                    scrub(journal);
                }
            } finally {
                scrubbing.set(false);
            }
        });
    }

    private void scrub(RatisJournal journal) {
        try {
            if (!closed && journal.data().isPresent()) {
                journal.data().get().state().scrub(SCRUB_OCTETS_PER_SECOND);
                LOG.info("group {}: all files of the copy on this node are sound", journal.group());
            }
        } catch (IOException damaged) {
            LOG.warn("group {}: {}", journal.group(), damaged.getMessage());
        }
    }

    private void run(String name, Runnable task) {
        if (closed) {
            return;
        }
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                task.run();
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : List.copyOf(threads)) {
            thread.interrupt();
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

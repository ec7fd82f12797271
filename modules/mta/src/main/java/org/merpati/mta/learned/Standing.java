package org.merpati.mta.learned;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.merpati.filter.Action;
import org.merpati.filter.Finding;
import org.merpati.filter.Report;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Origins;
import org.merpati.kernel.Clock;
import org.merpati.kernel.TryLater;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In what standing are those that a message comes from, by what became of their earlier mail. What is found in a
 * message counts for its origins, and is told to all a little later; what was not told when a node died is forgotten.
 */
public final class Standing implements AutoCloseable {
    /** From this score on a message speaks against its origins, and up to the other for them. */
    private static final double UNWANTED = 5;

    private static final double WANTED = 1;
    /** How long what was found in messages is gathered, where it is not much. */
    public static final Duration PAUSE = Duration.ofSeconds(10);

    private static final int AT_ONCE = 500;
    private static final int WAITING = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(Standing.class);

    private final Knowledge knowledge;
    private final Clock clock;
    private final Duration pause;
    private final Map<Long, Experience> untold = new HashMap<>();
    private boolean closed;
    private final Thread teller;

    /**
     * Takes note from now on.
     *
     * @param pause how long is gathered what is told, such as {@link #PAUSE}
     */
    public Standing(Knowledge knowledge, Clock clock, Duration pause) {
        this.knowledge = knowledge;
        this.clock = clock;
        this.pause = pause;
        this.teller = Thread.ofVirtual().name("standing").start(this::tell);
    }

    /** What earlier mail of its origins says of a message. */
    public List<Finding> findings(Origins origins) {
        int today = Clock.day(clock.millis());
        return origins.findings(origin -> knowledge.opinion(origin, today));
    }

    /**
     * Takes note of a message.
     *
     * @param report without what the standing of its origins has added, which would confirm itself
     */
    public void note(Origins origins, Report report) {
        boolean refused =
                report.objection().filter(o -> o.action() == Action.REJECT).isPresent();
        int unwanted = refused || report.score() >= UNWANTED ? 1 : 0;
        int wanted = unwanted == 0 && report.score() <= WANTED ? 1 : 0;
        if (wanted + unwanted > 0) {
            note(origins.keys().stream()
                    .map(key -> new Experience(key, wanted, unwanted))
                    .toList());
        }
    }

    private synchronized void note(List<Experience> experiences) {
        for (Experience seen : experiences) {
            if (untold.size() < WAITING || untold.containsKey(seen.origin())) {
                untold.merge(seen.origin(), seen, Experience::and);
            }
        }
        if (untold.size() >= AT_ONCE) {
            notifyAll();
        }
    }

    private void tell() {
        try {
            int enough = AT_ONCE;
            while (waited(enough)) {
                enough = tell(some()) ? AT_ONCE : Integer.MAX_VALUE;
            }
            tell(some());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            InternalErrors.report("standing", bug);
        }
    }

    /** Waits for its time, or for enough to tell; false when all is over. */
    private synchronized boolean waited(int enough) throws InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        for (long left = pause.toMillis(); left > 0 && !closed && untold.size() < enough; ) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
        return !closed;
    }

    private synchronized List<Experience> some() {
        List<Experience> some = untold.values().stream().limit(AT_ONCE).toList();
        some.forEach(seen -> untold.remove(seen.origin()));
        return some;
    }

    /** Tells all; what cannot be told now is kept for the next time. */
    private boolean tell(List<Experience> some) {
        try {
            if (!some.isEmpty()) {
                knowledge.experienced(some, Clock.day(clock.millis()));
            }
            return true;
        } catch (TryLater notNow) {
            LOG.debug("what {} origins did waits for the directory: {}", some.size(), notNow.sentence());
            note(some);
            return false;
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            teller.join(Duration.ofSeconds(2));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}

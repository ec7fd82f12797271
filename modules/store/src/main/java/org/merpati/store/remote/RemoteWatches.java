package org.merpati.store.remote;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Watches;
import org.merpati.store.search.Place;

/**
 * Who waits at this node for changes of a shard that it has no copy of. One request at the leader is held for all of
 * them; it is renewed when it is answered, and when a mailbox is watched that it does not name. A leader that is asked
 * for the first time, or after an answer that may be lost, answers with all of them, so nothing is missed.
 */
final class RemoteWatches implements AutoCloseable {
    private static final long PAUSE_NANOS = 300_000_000;
    /** What changes in the meantime is told together. */
    private static final long REST_NANOS = 50_000_000;

    private final LeaderLink link;
    private final Watches watches;
    /** What the request that is held, or that is about to be made, names. */
    private Set<Place> asked = Set.of();

    /** How many requests have failed, and of how many all that they might have told is told. */
    private final AtomicLong failures = new AtomicLong();

    private final AtomicLong healed = new AtomicLong();
    private long turn;
    private boolean beginning;
    private boolean closed;

    RemoteWatches(LeaderLink link) {
        this.link = link;
        this.watches = new Watches(link.shard() + "-elsewhere", () -> {}, Duration.ofHours(1));
    }

    MailStore.Watch add(Place place, Runnable changed) {
        Set<Place> watched = watches.watched();
        if (watched.size() >= Question.PLACES && !watched.contains(place)) {
            throw new Refused(
                    Refused.Reason.LIMIT,
                    "this node watches " + Question.PLACES + " mailboxes of " + link.shard() + " already");
        }
        MailStore.Watch watch = watches.add(place, changed);
        renew(place);
        return watch;
    }

    private synchronized void renew(Place place) {
        if (!closed && !beginning && !asked.contains(place)) {
            beginning = true;
            long mine = ++turn;
            Thread.ofVirtual().name("watch-" + link.shard()).start(() -> run(mine));
        }
    }

    private void run(long mine) {
        for (Set<Place> places = next(mine); !places.isEmpty(); places = next(mine)) {
            try {
                long failed = failures.get();
                List<Place> changed = link.changed(places, failed > healed.get());
                healed.accumulateAndGet(failed, Math::max);
                changed.forEach(watches::changed);
                LockSupport.parkNanos(REST_NANOS);
            } catch (Failure away) {
                failures.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** What is to be asked next; nothing if another has this turn, or nobody waits. */
    private synchronized Set<Place> next(long mine) {
        if (mine != turn) {
            return Set.of();
        }
        beginning = false;
        asked = closed ? Set.of() : watches.watched();
        return asked;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        watches.close();
    }
}

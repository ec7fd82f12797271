package org.merpati.store.search;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has an open index follow the rows, in turns: each takes in what was noted for as long as {@link SearchLimits#refresh}
 * at most, shows it to searches, and leaves the processor to others for at least as long as it worked. What comes
 * meanwhile is taken in together: many small steps would cost as many files and merges.
 *
 * <p>While nobody searches, as on a copy that does not lead, it takes a quarter of a processor at most, and turns and
 * what they show come as seldom as {@link SearchLimits#calm} says. A search has the next turn begin. All indexes of a
 * process together never have more than half of its processors.
 */
final class IndexFeed {
    /** While nobody searches, others have the processor for so many times as long as a turn took. */
    private static final int PATIENCE = 3;

    private static final Semaphore WORKING =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

    private final IndexFolder index;
    private final Source source;
    private final Backlog backlog;
    private final SearchLimits limits;
    private final Supplier<@Nullable Throwable> failure;
    private final Walk walk = new Walk();
    private long shown = System.nanoTime();
    private long committed = System.nanoTime();

    /** @param failure why a search failed, or null */
    IndexFeed(
            IndexFolder index,
            Source source,
            Backlog backlog,
            SearchLimits limits,
            Supplier<@Nullable Throwable> failure) {
        this.index = index;
        this.source = source;
        this.backlog = backlog;
        this.limits = limits;
        this.failure = failure;
    }

    /**
     * Looks at all mailboxes, then at those that are noted, until the backlog is closed.
     *
     * @throws IOException if the index or a search in it fails
     */
    void run() throws IOException, InterruptedException {
        walk.begin();
        while (!backlog.closed()) {
            Throwable broken = failure.get();
            if (broken != null) {
                throw new IOException("a search failed: " + broken, broken);
            }
            Turn turn = new Turn();
            WORKING.acquire();
            try {
                turn.work();
            } finally {
                WORKING.release();
            }
            turn.pause();
        }
        index.commit();
    }

    private final class Turn {
        private long began;
        private long took;
        private boolean worked;
        private boolean more;

        void work() throws IOException {
            began = System.nanoTime();
            backlog.begin();
            takeIn();
            if (!worked
                    || backlog.asked()
                    || System.nanoTime() - shown >= limits.calm().toNanos()) {
                index.show();
                backlog.end();
                shown = System.nanoTime();
            }
            if (System.nanoTime() - committed >= limits.commit().toNanos()) {
                index.commit();
                committed = System.nanoTime();
            }
            took = System.nanoTime() - began;
        }

        /** Looks at what is noted until nothing is left or its time is up. */
        private void takeIn() throws IOException {
            do {
                Optional<Place> changed = backlog.poll();
                if (changed.isPresent()) {
                    look(changed.get(), this);
                } else if (!walk.step(this)) {
                    return;
                }
                worked = true;
                more = over();
            } while (!more);
        }

        /** Whether its time is up, or the index is to be closed. */
        boolean over() {
            return backlog.closed()
                    || System.nanoTime() - began >= limits.refresh().toNanos();
        }

        /** Leaves the processor to others. */
        void pause() throws InterruptedException {
            if (!worked) {
                backlog.rest(limits.commit().toNanos());
                return;
            }
            long least = backlog.asked() ? took : PATIENCE * took;
            backlog.pause(Math.max(limits.refresh().toNanos() - took, least));
            if (!more) {
                backlog.pauseUntilAsked(limits.calm().toNanos() - (System.nanoTime() - began));
            }
        }
    }

    /** Takes in what happened in a mailbox, a slice at most; if there is more, it is noted again. */
    private void look(Place place, Turn turn) throws IOException {
        Progress progress = index.progress(place);
        Optional<Changes> changes = source.changes(place, progress, limits.slice());
        if (changes.isPresent()) {
            boolean all = index.take(place, changes.get(), turn::over);
            if (!all || changes.get().more()) {
                backlog.add(place);
            }
        } else if (!progress.equals(Progress.NONE)) {
            index.drop(place);
        }
    }

    /** A look at every mailbox, one at a time: those of the index that are no more, then those of the rows. */
    private final class Walk {
        private Iterator<Place> known = List.<Place>of().iterator();
        private Optional<Place> last = Optional.empty();
        private boolean walking;

        void begin() throws IOException {
            known = index.places().iterator();
            last = Optional.empty();
            walking = true;
        }

        /** Looks at one mailbox; false if there is none to look at. */
        boolean step(Turn turn) throws IOException {
            if (!walking && backlog.pollAll()) {
                begin();
            }
            if (!walking) {
                return false;
            }
            if (known.hasNext()) {
                look(known.next(), turn);
                return true;
            }
            last = source.next(last);
            last.ifPresent(backlog::add);
            walking = last.isPresent();
            return walking;
        }
    }
}

package org.merpati.store.remote;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.merpati.kernel.Failure;
import org.merpati.kernel.TryLater;
import org.merpati.store.MailStore;
import org.merpati.store.search.Place;

/**
 * What another node watches of a shard that this node leads. One request of it is held at a time, until something
 * changes; a later one ends it. What changes between two of them is told with the next.
 */
final class HeldWatch implements AutoCloseable {
    private final MailStore store;
    private final Map<Place, MailStore.Watch> watched = new HashMap<>();
    private final Set<Place> changed = new LinkedHashSet<>();
    private long turn;
    private long askedNanos = System.nanoTime();
    private boolean closed;

    HeldWatch(MailStore store) {
        this.store = store;
    }

    /** Whether nothing was asked for so long. */
    synchronized boolean forgotten(Duration time) {
        return System.nanoTime() - askedNanos > time.toNanos();
    }

    /**
     * Waits until one of some mailboxes changes, at most so long; one that was not named before is taken to have
     * changed, and the others are watched no more.
     *
     * @param afresh whether all of them are taken to have changed
     * @return those that have changed; none if the time is over, or a later request was made
     */
    synchronized List<Place> await(Collection<Place> places, boolean afresh, Duration limit) {
        if (closed) {
            return List.of();
        }
        long mine = ++turn;
        askedNanos = System.nanoTime();
        notifyAll();
        name(new LinkedHashSet<>(places));
        if (afresh) {
            changed.addAll(places);
        }
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (changed.isEmpty() && mine == turn && !closed && end - System.nanoTime() > 0) {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("this node stops");
        }
        askedNanos = System.nanoTime();
        if (mine != turn) {
            return List.of();
        }
        List<Place> told = List.copyOf(changed);
        changed.clear();
        return told;
    }

    private void name(Set<Place> places) {
        watched.entrySet().removeIf(entry -> {
            boolean ends = !places.contains(entry.getKey());
            if (ends) {
                entry.getValue().close();
            }
            return ends;
        });
        changed.retainAll(places);
        for (Place place : places) {
            if (!watched.containsKey(place)) {
                watched.put(place, watch(place));
                changed.add(place);
            }
        }
    }

    /** Who watches what is not served here any more hears so when she looks. */
    private MailStore.Watch watch(Place place) {
        try {
            return store.watch(place.account(), place.mailbox(), () -> changed(place));
        } catch (Failure gone) {
            return () -> {};
        }
    }

    private synchronized void changed(Place place) {
        if (watched.containsKey(place) && changed.add(place)) {
            notifyAll();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        name(Set.of());
        notifyAll();
    }
}

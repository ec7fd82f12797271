package org.merpati.store.search;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Mailboxes that changed and were not looked at yet: each once, at most so many, and beyond that simply all. */
final class Backlog {
    private final int limit;
    private final Set<Place> places = new LinkedHashSet<>();
    private boolean all;
    private boolean closed;
    private boolean resting;

    Backlog(int limit) {
        this.limit = limit;
    }

    /** Notes a mailbox. */
    synchronized void add(Place place) {
        if (places.size() < limit) {
            if (places.add(place)) {
                notifyAll();
            }
        } else {
            addAll();
        }
    }

    /** Notes all mailboxes. */
    synchronized void addAll() {
        places.clear();
        all = true;
        notifyAll();
    }

    /** How many mailboxes are noted one by one. */
    synchronized int size() {
        return places.size();
    }

    /** Takes the mailbox noted longest ago. */
    synchronized Optional<Place> poll() {
        Iterator<Place> eldest = places.iterator();
        if (!eldest.hasNext()) {
            return Optional.empty();
        }
        Place place = eldest.next();
        eldest.remove();
        return Optional.of(place);
    }

    /** Takes the note that all mailboxes are to be looked at. */
    synchronized boolean pollAll() {
        boolean noted = all;
        all = false;
        return noted;
    }

    /** Waits until something is noted, at most so long, or until it is closed: {@link #resting}. */
    synchronized void rest(long nanos) throws InterruptedException {
        resting = true;
        await(nanos, () -> closed || all || !places.isEmpty());
        resting = false;
    }

    /** Waits so long, or until it is closed. */
    synchronized void pause(long nanos) throws InterruptedException {
        await(nanos, () -> closed);
    }

    private synchronized void await(long nanos, BooleanSupplier end) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        while (!end.getAsBoolean() && left > 0) {
            wait(left / 1_000_000 + 1);
            left = deadline - System.nanoTime();
        }
    }

    /** Whether nothing is noted and who takes is waiting for more. */
    synchronized boolean resting() {
        return resting && places.isEmpty() && !all;
    }

    synchronized boolean closed() {
        return closed;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}

package org.merpati.store.search;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Mailboxes that changed and were not looked at yet: each once, at most so many, and beyond that simply all. Also where
 * who takes them and who searches meet: the former takes turns, more often while there are searches.
 */
final class Backlog {
    /** Who searched will search again for as long. */
    private static final long ATTENTION_NANOS = 60_000_000_000L;

    private final int limit;
    private final Set<Place> places = new LinkedHashSet<>();
    private boolean all;
    private boolean closed;
    private boolean resting;
    /** How many turns began, and how many of them are over. */
    private long begun;

    private long over;
    private long asked = System.nanoTime() - ATTENTION_NANOS;

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

    /** Notes that somebody searches. */
    synchronized void ask() {
        asked = System.nanoTime();
        notifyAll();
    }

    /** Whether somebody searched a short while ago. */
    synchronized boolean asked() {
        return System.nanoTime() - asked < ATTENTION_NANOS;
    }

    /** Waits so long, or until somebody searches, or until it is closed. */
    synchronized void pauseUntilAsked(long nanos) throws InterruptedException {
        await(nanos, () -> closed || asked());
    }

    /** Begins a turn, in which what was noted so far is taken. */
    synchronized void begin() {
        begun++;
    }

    /** Ends the turn: searches see what was taken in it. */
    synchronized void end() {
        over = begun;
        notifyAll();
    }

    /** Waits, at most so long, until a turn is over that began behind this call, or nothing is noted. */
    synchronized void awaitTurn(long nanos) throws InterruptedException {
        long next = begun + 1;
        await(nanos, () -> closed || resting() || over >= next);
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

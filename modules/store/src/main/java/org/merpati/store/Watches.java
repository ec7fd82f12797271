package org.merpati.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.merpati.kernel.Refused;
import org.merpati.store.search.Place;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who waits for changes of which mailbox. One thread calls back; a burst of changes is told once. */
public final class Watches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
    private static final int LIMIT = 100_000;

    private final Map<Place, List<Runnable>> watchers = new HashMap<>();
    private final Set<Place> pending = new LinkedHashSet<>();
    private final Set<Runnable> chores = new LinkedHashSet<>();
    private final Runnable tick;
    private final long tickNanos;
    private int count;
    private boolean closed;

    /** Calls the tick from the same thread at that interval. */
    public Watches(String name, Runnable tick, Duration interval) {
        this.tick = tick;
        this.tickNanos = interval.toNanos();
        Thread.ofPlatform().daemon().name("watches-" + name).start(this::run);
    }

    /**
     * Adds who waits.
     *
     * @throws Refused if they are too many (LIMIT)
     */
    public MailStore.Watch add(Place place, Runnable changed) {
        synchronized (this) {
            if (count >= LIMIT) {
                throw new Refused(Refused.Reason.LIMIT, "this node watches " + LIMIT + " mailboxes already");
            }
            count++;
            watchers.computeIfAbsent(place, absent -> new ArrayList<>()).add(changed);
        }
        return () -> remove(place, changed);
    }

    private synchronized void remove(Place place, Runnable changed) {
        List<Runnable> here = watchers.get(place);
        if (here != null && here.remove(changed)) {
            count--;
            if (here.isEmpty()) {
                watchers.remove(place);
            }
        }
    }

    /** The mailboxes that somebody waits for. */
    public synchronized Set<Place> watched() {
        return Set.copyOf(watchers.keySet());
    }

    /** A mailbox has changed, and so has its account. */
    public synchronized void changed(Place place) {
        boolean more = watchers.containsKey(place) && pending.add(place);
        Place account = new Place(place.account(), MailStore.ACCOUNT);
        more |= watchers.containsKey(account) && pending.add(account);
        if (more) {
            notifyAll();
        }
    }

    /** Tells all. */
    synchronized void allChanged() {
        pending.addAll(watchers.keySet());
        notifyAll();
    }

    /** Runs something once, soon, on the thread that calls back. */
    synchronized void soon(Runnable chore) {
        chores.add(chore);
        notifyAll();
    }

    private void run() {
        try {
            for (List<Runnable> calls = next(); !calls.isEmpty(); calls = next()) {
                calls.forEach(Watches::call);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void call(Runnable watcher) {
        try {
            watcher.run();
        } catch (RuntimeException bug) {
            LOG.error("a watcher of a mailbox failed", bug);
        }
    }

    /** What is to be called now; empty only after {@link #close}. */
    private synchronized List<Runnable> next() throws InterruptedException {
        long deadline = System.nanoTime() + tickNanos;
        while (pending.isEmpty() && chores.isEmpty() && !closed && deadline - System.nanoTime() > 0) {
            wait(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        List<Runnable> calls = new ArrayList<>(chores);
        chores.clear();
        pending.forEach(place -> calls.addAll(watchers.getOrDefault(place, List.of())));
        pending.clear();
        if (closed) {
            return List.of();
        }
        if (calls.isEmpty()) {
            calls.add(tick);
        }
        return calls;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}

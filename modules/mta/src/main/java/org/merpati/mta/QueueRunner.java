package org.merpati.mta;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.merpati.directory.People;
import org.merpati.journal.Leadership;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the mail of one spool while this node leads it. A take-over is no more than this: the new leader reads all
 * mails that are not finished and goes on with them.
 */
final class QueueRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueueRunner.class);
    private static final int WINDOW = 100_000;
    private static final long LOOK_MILLIS = 100;
    private static final long EXPIRE_NANOS = 60_000_000_000L;
    private static final long RECORD_SECONDS = 30;

    /** A mail that waits: until when, and for which shards. */
    private record Waiting(MailId mail, long due, Set<GroupName> shards) {}

    private final Spool spool;
    private final Delivering with;
    private final PriorityQueue<Waiting> heap =
            new PriorityQueue<>(Comparator.comparingLong(Waiting::due).thenComparing(Waiting::mail));
    private final Map<MailId, Waiting> waiting = new HashMap<>();
    private final Set<MailId> busy = new HashSet<>();
    private final Map<MailId, Set<GroupName>> announced = new HashMap<>();
    private final Semaphore signal = new Semaphore(0);
    private Epoch epoch = Epoch.NONE;
    private boolean leading;
    private boolean toLoad;
    private boolean more;
    private boolean closed;
    private long expired = System.nanoTime();

    QueueRunner(Spool spool, Delivering with) {
        this.spool = spool;
        this.with = with;
        Thread.ofVirtual().name("queue-" + spool.group()).start(this::dispatch);
        spool.watch(this::lead);
    }

    Spool spool() {
        return spool;
    }

    /** How many mails wait or are being delivered here. */
    synchronized int size() {
        return waiting.size() + busy.size();
    }

    private void wake() {
        if (signal.availablePermits() == 0) {
            signal.release();
        }
    }

    private synchronized void lead(Leadership leadership) {
        boolean anew = leadership.leading() && (!leading || !leadership.epoch().equals(epoch));
        leading = leadership.leading();
        epoch = leadership.epoch();
        if (anew || !leading) {
            heap.clear();
            waiting.clear();
            announced.clear();
            toLoad = leading;
            wake();
        }
    }

    /** Takes note of a mail that the spool has just taken or released. */
    synchronized void arrived(MailEntry mail) {
        if (leading && !toLoad) {
            schedule(mail, with.directory().people(), false);
        }
    }

    /** Tries at once what waits for a shard that was announced or answers again. */
    synchronized void shardIsBack(GroupName shard) {
        for (Waiting mail : List.copyOf(waiting.values())) {
            if (mail.shards().contains(shard)) {
                announced.computeIfAbsent(mail.mail(), m -> new HashSet<>()).add(shard);
                put(new Waiting(mail.mail(), with.clock().millis(), mail.shards()));
            }
        }
        for (MailId mail : busy) {
            announced.computeIfAbsent(mail, m -> new HashSet<>()).add(shard);
        }
    }

    /**
     * Takes a mail out of the queue that is not being delivered, nor about to be; false if it is.
     *
     * @param soon how long a mail waits at least that is not about to be delivered, in milliseconds
     */
    synchronized boolean withdraw(MailId mail, long soon) {
        Waiting put = waiting.get(mail);
        if (!leading
                || toLoad
                || busy.contains(mail)
                || (put != null && put.due() < with.clock().millis() + soon)) {
            return false;
        }
        if (put != null) {
            waiting.remove(mail);
            heap.remove(put);
        }
        return true;
    }

    private void put(Waiting mail) {
        Waiting old = waiting.put(mail.mail(), mail);
        if (old != null) {
            heap.remove(old);
        }
        heap.add(mail);
        wake();
    }

    private void schedule(MailEntry mail, People people, boolean takenOver) {
        if (mail.held() || mail.done() || busy.contains(mail.id())) {
            return;
        }
        if (waiting.size() >= WINDOW && !waiting.containsKey(mail.id())) {
            more = true;
            return;
        }
        long due = Long.MAX_VALUE;
        Set<GroupName> shards = new HashSet<>();
        for (MailEntry.Recipient to : mail.recipients()) {
            if (!to.state().last()) {
                Optional<GroupName> shard = Attempt.shard(to, people);
                shard.ifPresent(shards::add);
                due = Math.min(due, takenOver && shard.isPresent() ? 0 : Attempt.dueAt(to, with.retry()));
            }
        }
        if (takenOver && !shards.isEmpty()) {
            announced.computeIfAbsent(mail.id(), m -> new HashSet<>()).addAll(shards);
        }
        put(new Waiting(mail.id(), due, shards));
    }

    private void load() {
        List<MailEntry> open = spool.open(WINDOW);
        People people = with.directory().people();
        synchronized (this) {
            if (!leading) {
                return;
            }
            toLoad = false;
            more = open.size() == WINDOW;
            open.forEach(mail -> schedule(mail, people, true));
            if (!open.isEmpty()) {
                LOG.info("{}: {} mails are here to be delivered, in epoch {}", spool.group(), open.size(), epoch);
            }
        }
    }

    private void dispatch() {
        while (true) {
            try {
                if (!step()) {
                    return;
                }
            } catch (InterruptedException stop) {
                return;
            } catch (Failure later) {
                LOG.info("{}: {}", spool.group(), later.sentence());
            } catch (RuntimeException bug) {
                LOG.error("{}: the queue stumbled and goes on", spool.group(), bug);
            }
        }
    }

    /** Waits for something to do and does it; false at the end. */
    private boolean step() throws InterruptedException {
        boolean load;
        MailId next;
        synchronized (this) {
            if (closed) {
                return false;
            }
            load = leading && (toLoad || (more && waiting.size() < WINDOW / 2));
            next = load ? null : due();
        }
        if (load) {
            load();
        } else if (next == null) {
            boolean woken = signal.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            LOG.trace("{} woken {}", spool.group(), woken);
        }
        if (next != null) {
            with.slots().acquire();
            MailId mail = next;
            Thread.ofVirtual().name("delivery-" + mail).start(() -> deliver(mail));
        }
        expire();
        return true;
    }

    /** Takes the first mail that is due off the heap. */
    private @Nullable MailId due() {
        Waiting first = heap.peek();
        if (!leading || first == null || first.due() > with.clock().millis()) {
            return null;
        }
        heap.poll();
        waiting.remove(first.mail());
        busy.add(first.mail());
        return first.mail();
    }

    private void expire() {
        if (spool.leads() && System.nanoTime() - expired > EXPIRE_NANOS) {
            expired = System.nanoTime();
            spool.expire();
        }
    }

    private void deliver(MailId id) {
        boolean again = true;
        try {
            Attempt attempt = null;
            try {
                attempt = attempt(id);
            } finally {
                with.slots().release();
            }
            if (attempt != null && !attempt.outcomes().isEmpty()) {
                Optional<Spool.NewMail> bounce = attempt.bounce();
                spool.record(attempt.outcomes(), bounce).get(RECORD_SECONDS, TimeUnit.SECONDS);
                bounce.ifPresent(mail -> arrived(mail.entry()));
            }
            again = attempt != null && attempt.skipped();
        } catch (Failure later) {
            LOG.info("{}: the delivery of {} is put off: {}", spool.group(), id, later.sentence());
        } catch (ExecutionException | TimeoutException unrecorded) {
            LOG.warn("{}: what came of {} could not be recorded: {}", spool.group(), id, String.valueOf(unrecorded));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            LOG.error("{}: the delivery of {} failed", spool.group(), id, bug);
        } finally {
            ended(id, again);
        }
    }

    private @Nullable Attempt attempt(MailId id) {
        Optional<MailEntry> mail = spool.find(id).filter(m -> !m.held());
        if (mail.isEmpty() || !spool.leads()) {
            return null;
        }
        Set<GroupName> shards;
        synchronized (this) {
            Set<GroupName> known = announced.remove(id);
            shards = known == null ? Set.of() : known;
        }
        People people = with.directory().people();
        List<Integer> places = Attempt.due(
                mail.get(), shards, people, with.retry(), with.clock().millis());
        Attempt attempt = new Attempt(with, spool, mail.get());
        attempt.run(places);
        return attempt;
    }

    /** Puts a mail back that is not finished. */
    private void ended(MailId id, boolean again) {
        Optional<MailEntry> mail = spool.find(id);
        People people = with.directory().people();
        synchronized (this) {
            busy.remove(id);
            Set<GroupName> shards = announced.remove(id);
            if (!leading || closed || mail.isEmpty()) {
                return;
            }
            schedule(mail.get(), people, false);
            Waiting put = waiting.get(id);
            if (put != null && shards != null && put.shards().stream().anyMatch(shards::contains)) {
                announced.put(id, shards);
                put(new Waiting(id, with.clock().millis(), put.shards()));
            } else if (put != null && again) {
                long wait = with.retry().waitMillis(1, true);
                put(new Waiting(id, Math.max(put.due(), with.clock().millis() + wait), put.shards()));
            }
        }
    }

    /** Begins no more deliveries; those under way end by themselves. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            leading = false;
            heap.clear();
            waiting.clear();
            wake();
        }
    }
}

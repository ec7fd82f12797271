package org.merpati.mta;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.runtime.MailLog;
import org.merpati.smtp.Reply;

final class QueueRunner implements AutoCloseable {
    private static final long PERIOD_NANOS = 100_000_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Spool spool;
    private final LmtpDelivery lmtp;
    private final Directory directory;
    private final Clock clock;
    private final Duration first;
    private final Duration last;
    private final Semaphore permits;
    private final Map<MailId, Spooled> waiting = new ConcurrentHashMap<>();
    private final Set<MailId> inFlight = ConcurrentHashMap.newKeySet();
    private final Set<GroupName> returned = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean closed;

    QueueRunner(Spool spool, LmtpDelivery lmtp, Directory directory, Clock clock, Duration first, Duration last, int deliveries) {
        this.spool = spool;
        this.lmtp = lmtp;
        this.directory = directory;
        this.clock = clock;
        this.first = first;
        this.last = last;
        this.permits = new Semaphore(deliveries);
        spool.onChange(this::noted);
        this.thread = Thread.ofVirtual().name("queue-" + spool.journal().group()).start(this::run);
    }

    private void noted(Spooled entry) {
        if (entry.settled()) {
            waiting.remove(entry.mail());
        } else {
            waiting.put(entry.mail(), entry);
        }
    }

    /** Local mail for a shard that has a leader again need not wait longer. */
    void routeChanged(GroupName group) {
        returned.add(group);
        LockSupport.unpark(thread);
    }

    private void run() {
        boolean led = false;
        while (!closed) {
            try {
                boolean leads = spool.leading();
                if (leads && !led) {
                    spool.journal().barrier();
                    spool.open().forEach(this::noted);
                }
                led = leads;
                if (leads) {
                    look();
                }
            } catch (Failure later) {
                led = false;
            }
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private void look() {
        long now = clock.millis();
        Set<GroupName> back = Set.copyOf(returned);
        returned.removeAll(back);
        for (Spooled entry : waiting.values()) {
            List<Spooled.Recipient> due = entry.recipients().stream()
                    .filter(r -> !r.settled() && (r.due() <= now || shard(r).filter(back::contains).isPresent()))
                    .toList();
            if (!due.isEmpty() && inFlight.add(entry.mail())) {
                if (!permits.tryAcquire()) {
                    inFlight.remove(entry.mail());
                    return;
                }
                Thread.ofVirtual().name("deliver-" + entry.mail()).start(() -> deliver(entry, due));
            }
        }
    }

    private java.util.Optional<GroupName> shard(Spooled.Recipient recipient) {
        return recipient.account().flatMap(directory.people()::account).map(Account::shard);
    }

    private void deliver(Spooled entry, List<Spooled.Recipient> due) {
        try {
            Map<GroupName, List<Spooled.Recipient>> byShard = new LinkedHashMap<>();
            for (Spooled.Recipient r : due) {
                shard(r).ifPresent(s -> byShard.computeIfAbsent(s, k -> new ArrayList<>()).add(r));
            }
            List<Spooled.Recipient> changed = new ArrayList<>();
            byShard.forEach((shard, to) -> {
                List<Reply> replies =
                        lmtp.deliver(shard, entry.mail(), entry.sender(), to, spool.content(entry), LIMIT);
                for (int i = 0; i < to.size(); i++) {
                    changed.add(after(entry, to.get(i), replies.get(i)));
                }
            });
            if (!changed.isEmpty()) {
                spool.update(entry.mail(), changed);
            }
        } catch (Failure later) {
            // Another leader goes on, or this one at the next look.
        } finally {
            permits.release();
            inFlight.remove(entry.mail());
        }
    }

    private Spooled.Recipient after(Spooled entry, Spooled.Recipient r, Reply reply) {
        int attempts = r.attempts() + 1;
        long wait = Math.min(last.toMillis(), first.toMillis() << Math.min(20, attempts - 1));
        Spooled.Status status = reply.positive()
                ? Spooled.Status.DELIVERED
                : reply.permanentNegative() ? Spooled.Status.FAILED : Spooled.Status.WAITING;
        MailLog.event(
                entry.mail(), status.name().toLowerCase(java.util.Locale.ROOT), "to", r.address(), "reply", reply);
        return new Spooled.Recipient(
                r.place(), r.address(), r.account(), status, attempts, clock.millis() + wait, reply.toString());
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

package org.merpati.mta;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.merpati.journal.Leadership;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.TryLater;

/** A spool in memory, of a node that is alone; it is gone with the process. */
public final class MemorySpool implements Spool {
    private static final int LIMIT = 10_000;

    private final GroupName group;
    private final Clock clock;
    private final TreeMap<MailId, MailEntry> entries = new TreeMap<>();
    private final TreeMap<MailId, byte[]> bodies = new TreeMap<>();

    private boolean shut;

    public MemorySpool(GroupName group, Clock clock) {
        this.group = group;
        this.clock = clock;
    }

    @Override
    public GroupName group() {
        return group;
    }

    @Override
    public boolean leads() {
        return true;
    }

    @Override
    public void watch(Consumer<Leadership> listener) {
        listener.accept(new Leadership(true, Optional.empty(), new Epoch(1)));
    }

    @Override
    public synchronized void accept(MailEntry mail, MailBody body) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(body.size());
        try {
            body.writeTo(octets);
        } catch (IOException failed) {
            throw new TryLater("the message could not be read: " + failed.getMessage());
        }
        if (shut) {
            throw new TryLater(Spool.shut(group));
        }
        take(mail, octets.toByteArray());
    }

    private void take(MailEntry mail, byte[] octets) {
        if (bodies.size() >= LIMIT) {
            throw new TryLater("the spool " + group + " holds " + LIMIT + " mails, the most it may");
        }
        if (!entries.containsKey(mail.id())) {
            entries.put(mail.id(), mail);
            bodies.put(mail.id(), octets);
        }
    }

    @Override
    public synchronized void moved(MailId mail) {
        if (bodies.remove(mail) != null) {
            entries.remove(mail);
        }
    }

    @Override
    public synchronized void shut() {
        shut = true;
    }

    @Override
    public synchronized boolean isShut() {
        return shut;
    }

    @Override
    public synchronized CompletableFuture<Void> record(List<Outcome> outcomes, Optional<NewMail> bounce) {
        for (Outcome outcome : outcomes) {
            MailEntry is = entries.computeIfPresent(outcome.mail(), (id, was) -> was.after(outcome, clock.millis()));
            if (is != null && is.done()) {
                bodies.remove(outcome.mail());
            }
        }
        bounce.ifPresent(mail -> take(mail.entry(), mail.body()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized void started(MailId mail, List<Integer> places) {
        for (int place : places) {
            entries.computeIfPresent(mail, (id, was) -> was.started(place, clock.millis()));
        }
    }

    @Override
    public synchronized boolean hold(MailId mail, boolean hold) {
        return bodies.containsKey(mail)
                && entries.computeIfPresent(mail, (id, was) -> was.held(hold, clock.millis())) != null;
    }

    @Override
    public synchronized void expire() {
        long before = clock.millis() - TRACE_MILLIS;
        entries.values().removeIf(e -> e.finished() != 0 && e.finished() < before);
    }

    @Override
    public synchronized List<MailEntry> open(int limit) {
        return entries.values().stream().filter(e -> !e.done()).limit(limit).toList();
    }

    @Override
    public synchronized Optional<MailEntry> find(MailId mail) {
        return Optional.ofNullable(entries.get(mail)).filter(e -> !e.done());
    }

    @Override
    public synchronized MailBody body(MailId mail) {
        byte[] octets = bodies.get(mail);
        if (octets == null) {
            throw new TryLater("the mail " + mail + " is not in the spool " + group + " any more");
        }
        return MailBody.of(octets);
    }

    @Override
    public synchronized Optional<MailEntry> trace(MailId mail) {
        return Optional.ofNullable(entries.get(mail));
    }

    @Override
    public void barrier() {
        // Alone, one always leads.
    }
}

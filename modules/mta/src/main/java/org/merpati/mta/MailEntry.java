package org.merpati.mta;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.MailId;

/**
 * A mail in a spool. A recipient's place is its index in the list. What happens to a mail are the methods of this
 * value; both forms of the spool keep what they answer (docs/spool.md).
 *
 * @param received when it was accepted, in UTC milliseconds
 * @param finished when its last recipient became final, in UTC milliseconds; 0 before
 * @param size of the body in octets
 * @param held whether no attempt is made
 * @param tests the names of what the filter found, parted by commas
 */
public record MailEntry(
        MailId id,
        Optional<Address> sender,
        List<Recipient> recipients,
        long received,
        long finished,
        int size,
        boolean held,
        List<TraceEvent> events,
        String tests) {
    private static final int EVENTS = 200;

    /** Where a recipient stands. */
    public enum State {
        /** To be tried when its time comes. */
        WAITING,
        /** An attempt to another host has begun and its outcome is not recorded. */
        STARTED,
        /** A server took it over. */
        DELIVERED,
        /** It failed for good. */
        BOUNCED;

        /** Whether nothing more happens. */
        public boolean last() {
            return this == DELIVERED || this == BOUNCED;
        }
    }

    /**
     * A recipient.
     *
     * @param account frozen at acceptance, if it is one of ours
     * @param attempts how often it was tried since the waiting times began
     * @param since when the present state began, in UTC milliseconds
     * @param next when to try (again), in UTC milliseconds
     * @param reply the last answer
     * @param verdict the filter's, as text; empty where it did not judge
     */
    public record Recipient(
            Address address,
            Optional<AccountId> account,
            State state,
            int attempts,
            long since,
            long next,
            String reply,
            String verdict) {
        /** A recipient of a mail that was just accepted. */
        public static Recipient waiting(Address address, Optional<AccountId> account, long now) {
            return waiting(address, account, now, "");
        }

        /** A recipient of a mail that was just accepted and judged. */
        public static Recipient waiting(Address address, Optional<AccountId> account, long now, String verdict) {
            return new Recipient(address, account, State.WAITING, 0, now, now, "", verdict);
        }
    }

    public MailEntry {
        recipients = List.copyOf(recipients);
        events = List.copyOf(events);
    }

    /** A mail that was just accepted. */
    public static MailEntry accepted(
            MailId id, Optional<Address> sender, List<Recipient> recipients, long now, int size, String how) {
        return accepted(id, sender, recipients, now, size, how, "");
    }

    /** A mail that was just accepted and judged. */
    public static MailEntry accepted(
            MailId id,
            Optional<Address> sender,
            List<Recipient> recipients,
            long now,
            int size,
            String how,
            String tests) {
        TraceEvent event = new TraceEvent(now, -1, "accepted", how);
        return new MailEntry(id, sender, recipients, now, 0, size, false, List.of(event), tests);
    }

    /** Whether every recipient is final. */
    public boolean done() {
        return recipients.stream().allMatch(r -> r.state().last());
    }

    private MailEntry with(int place, Recipient recipient, TraceEvent event) {
        List<Recipient> all = new ArrayList<>(recipients);
        all.set(place, recipient);
        MailEntry next = new MailEntry(id, sender, all, received, finished, size, held, more(event), tests);
        boolean ends = finished == 0 && next.done();
        return ends ? new MailEntry(id, sender, all, received, event.millis(), size, held, next.events, tests) : next;
    }

    private List<TraceEvent> more(TraceEvent event) {
        List<TraceEvent> all = new ArrayList<>(events);
        if (all.size() >= EVENTS) {
            all.remove(1);
        }
        all.add(event);
        return all;
    }

    /** This mail after an outcome; a final recipient stays as it is. */
    MailEntry after(Outcome outcome, long now) {
        if (outcome.place() < 0
                || outcome.place() >= recipients.size()
                || recipients.get(outcome.place()).state().last()) {
            return this;
        }
        Recipient was = recipients.get(outcome.place());
        State state = switch (outcome.result()) {
            case DELIVERED -> State.DELIVERED;
            case DEFERRED -> State.WAITING;
            case BOUNCED -> State.BOUNCED;
        };
        Recipient is = new Recipient(
                was.address(),
                was.account(),
                state,
                was.attempts() + 1,
                now,
                outcome.next(),
                outcome.reply(),
                was.verdict());
        return with(
                outcome.place(),
                is,
                new TraceEvent(now, outcome.place(), outcome.result().word(), outcome.reply()));
    }

    /** This mail when an attempt to another host begins. */
    MailEntry started(int place, long now) {
        if (place < 0
                || place >= recipients.size()
                || recipients.get(place).state().last()) {
            return this;
        }
        Recipient was = recipients.get(place);
        Recipient is = new Recipient(
                was.address(),
                was.account(),
                State.STARTED,
                was.attempts(),
                now,
                was.next(),
                was.reply(),
                was.verdict());
        return with(place, is, new TraceEvent(now, place, "started", ""));
    }

    /** This mail held or released; a released one is due at once. */
    MailEntry held(boolean hold, long now) {
        List<Recipient> all = recipients.stream()
                .map(r -> r.state() == State.WAITING && !hold
                        ? new Recipient(r.address(), r.account(), r.state(), 0, r.since(), now, r.reply(), r.verdict())
                        : r)
                .toList();
        return new MailEntry(
                id,
                sender,
                all,
                received,
                finished,
                size,
                hold,
                more(new TraceEvent(now, -1, hold ? "held" : "released", "")),
                tests);
    }
}

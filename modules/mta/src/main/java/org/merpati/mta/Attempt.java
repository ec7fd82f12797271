package org.merpati.mta;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.merpati.directory.Account;
import org.merpati.directory.People;
import org.merpati.kernel.Address;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.runtime.MailLog;
import org.merpati.smtp.Reply;

/** One try to deliver a mail to those of its recipients that are due. */
final class Attempt {
    private static final Duration LMTP = Duration.ofSeconds(15);
    private static final int OCTETS_A_SECOND = 500_000;

    private final Delivering with;
    private final Spool spool;
    private final MailEntry mail;
    private final MailBody body;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<Integer, String> failed = new LinkedHashMap<>();
    private boolean skipped;

    Attempt(Delivering with, Spool spool, MailEntry mail) {
        this.with = with;
        this.spool = spool;
        this.mail = mail;
        this.body = spool.body(mail.id());
    }

    /**
     * Tries the recipients of these places.
     *
     * @throws TryLater if this node may not lead the spool any more
     */
    void run(List<Integer> places) {
        People people = with.directory().people();
        Map<GroupName, List<LocalDelivery.Target>> inside = new LinkedHashMap<>();
        Map<String, List<Integer>> outside = new LinkedHashMap<>();
        for (int place : places) {
            MailEntry.Recipient to = mail.recipients().get(place);
            if (to.account().isEmpty()) {
                String host = with.smartHost() ? "" : to.address().domain().value();
                outside.computeIfAbsent(host, h -> new ArrayList<>()).add(place);
                continue;
            }
            Optional<Account> account = people.account(to.account().get());
            if (account.isEmpty()) {
                String gone = "the account of <" + to.address() + "> does not exist any more";
                judge(place, Reply.of(with.directory().missing(Refused.Reason.NONEXISTENT, gone)), true);
                continue;
            }
            inside.computeIfAbsent(account.get().shard(), s -> new ArrayList<>())
                    .add(new LocalDelivery.Target(
                            place, to.address(), account.get().id(), to.verdict()));
        }
        inside.forEach(this::local);
        outside.values().forEach(this::remote);
    }

    private void local(GroupName shard, List<LocalDelivery.Target> to) {
        if (!overdue() && !with.local().admits(shard)) {
            skipped = true;
            return;
        }
        LocalDelivery.Mail letter = new LocalDelivery.Mail(mail.id(), mail.sender(), body, mail.tests());
        Duration limit = LMTP.plusSeconds(body.size() / OCTETS_A_SECOND);
        List<Reply> replies = with.local().deliver(shard, letter, to, limit);
        for (int i = 0; i < to.size(); i++) {
            judge(to.get(i).place(), replies.get(i), true);
        }
    }

    private boolean overdue() {
        return with.clock().millis() - mail.received() >= with.retry().giveUp().toMillis();
    }

    private void remote(List<Integer> places) {
        spool.started(mail.id(), places);
        List<Address> to =
                places.stream().map(p -> mail.recipients().get(p).address()).toList();
        List<Reply> replies = with.remote().deliver(mail.sender(), to, body, spool::barrier);
        for (int i = 0; i < places.size(); i++) {
            judge(places.get(i), replies.get(i), false);
        }
    }

    private void judge(int place, Reply reply, boolean own) {
        MailEntry.Recipient to = mail.recipients().get(place);
        long now = with.clock().millis();
        Outcome.Result result = reply.positive()
                ? Outcome.Result.DELIVERED
                : reply.permanentNegative() ? Outcome.Result.BOUNCED : Outcome.Result.DEFERRED;
        String text = reply.toString();
        if (result == Outcome.Result.DEFERRED && overdue()) {
            result = Outcome.Result.BOUNCED;
            text = "4.4.7 tried for " + with.retry().giveUp() + " in vain; the last answer was: " + reply;
        }
        boolean unreachable = own && reply.code() == 451;
        long next = result == Outcome.Result.DEFERRED ? now + with.retry().waitMillis(to.attempts(), unreachable) : 0;
        outcomes.add(new Outcome(mail.id(), place, result, next, text));
        if (result == Outcome.Result.BOUNCED) {
            failed.put(place, text);
        }
        with.counters().add(result.word());
        MailLog.event(mail.id(), result.word(), "to", to.address(), "attempt", to.attempts() + 1, "reply", text);
    }

    /** Whether recipients were not tried because their shard does not answer now. */
    boolean skipped() {
        return skipped;
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    /** What tells the sender of recipients that failed for good, if there are any and there is a sender. */
    Optional<Spool.NewMail> bounce() {
        if (failed.isEmpty()) {
            return Optional.empty();
        }
        MailId id = new MailId(with.ids().next());
        Optional<Spool.NewMail> bounce = Bounce.of(
                mail,
                body,
                failed,
                with.directory().people(),
                id,
                with.hostname(),
                with.clock().millis());
        bounce.ifPresentOrElse(
                b -> MailLog.event(
                        mail.id(),
                        "bounce",
                        "as",
                        id,
                        "to",
                        mail.sender().map(Address::toString).orElse("")),
                () -> MailLog.event(mail.id(), "closed", "why", "there is nobody to tell of the failure"));
        return bounce;
    }

    /** The places that are due, or belong to a shard that was announced anew. */
    static List<Integer> due(MailEntry mail, Set<GroupName> announced, People people, Retry retry, long now) {
        List<Integer> places = new ArrayList<>();
        for (int place = 0; place < mail.recipients().size(); place++) {
            MailEntry.Recipient to = mail.recipients().get(place);
            boolean forced = shard(to, people).filter(announced::contains).isPresent();
            if (!to.state().last() && (forced || dueAt(to, retry) <= now)) {
                places.add(place);
            }
        }
        return places;
    }

    static Optional<GroupName> shard(MailEntry.Recipient to, People people) {
        return to.account().flatMap(people::account).map(Account::shard);
    }

    /** When a recipient is to be tried, in UTC milliseconds. */
    static long dueAt(MailEntry.Recipient to, Retry retry) {
        return switch (to.state()) {
            case WAITING -> to.next();
            case STARTED -> to.since() + retry.dot().toMillis();
            case DELIVERED, BOUNCED -> Long.MAX_VALUE;
        };
    }
}

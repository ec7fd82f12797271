package org.merpati.mta;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.merpati.cluster.Ticket;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.directory.People;
import org.merpati.filter.Arrival;
import org.merpati.filter.Verdict;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Refused;
import org.merpati.runtime.MailLog;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.Reception;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpConfig;

/**
 * Who may send what to whom (RFC 5321, RFC 6409), and where an accepted message goes: straight to the shard of all its
 * recipients if there is one that takes it, otherwise into a spool that this node leads.
 */
final class MtaReception implements Reception {
    private static final int HOPS = 50;
    private static final Duration DIRECT = Duration.ofSeconds(2);

    /** What it stands on. */
    record Parts(
            Directory directory,
            Logins logins,
            Spools spools,
            LocalDelivery local,
            Ids ids,
            Clock clock,
            String hostname,
            Path folder,
            Counters counters,
            Screening screening) {}

    private final SmtpConfig.Kind kind;
    private final Parts parts;

    MtaReception(SmtpConfig.Kind kind, Parts parts) {
        this.kind = kind;
        this.parts = parts;
    }

    private boolean submission() {
        return kind == SmtpConfig.Kind.SUBMISSION || kind == SmtpConfig.Kind.PROXIED;
    }

    @Override
    public Address login(Client client, String name, String password) {
        return parts.logins().checkUsable(name, password).address();
    }

    @Override
    public Address introduced(Client client, String nonce, String account, String ticket, String from) {
        boolean proxy = client.certificate()
                .filter(c -> Ticket.verify(c, ticket, nonce, account, from))
                .isPresent();
        if (!proxy) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the introduction is not a proxy's");
        }
        return parts.directory()
                .people()
                .account(AccountId.parse(account))
                .filter(Account::active)
                .map(Account::address)
                .orElseThrow(() -> unknown(Refused.Reason.NONEXISTENT, "there is no account " + account));
    }

    @Override
    public void sender(Client client, Envelope begun) {
        if (!submission()) {
            return;
        }
        People people = parts.directory().people();
        Account account = client.login()
                .flatMap(login -> people.login(login.key()))
                .filter(Account::active)
                .orElseThrow(() -> unknown(Refused.Reason.NO_PERMISSION, "the login is not valid any more"));
        Address sender = begun.sender()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NO_PERMISSION, "a submission needs the sender's address (RFC 6409)"));
        if (!Recipients.means(people, sender, account)) {
            throw new Refused(
                    Refused.Reason.NO_PERMISSION,
                    account.address() + " may not send as " + sender + ": use one's own address");
        }
    }

    @Override
    public void recipient(Client client, Envelope envelope, Envelope.Recipient recipient) {
        People people = parts.directory().people();
        Address address = recipient.address();
        if (people.resolve(address) instanceof People.Resolved.Outside && !submission()) {
            throw unknown(
                    Refused.Reason.NO_PERMISSION,
                    "relaying denied: " + address.domain() + " is not a domain of this server");
        }
        if (!new Recipients(people).add(address)) {
            throw unknown(Refused.Reason.NONEXISTENT, "nobody here has the address <" + address + ">");
        }
    }

    private Failure unknown(Refused.Reason reason, String sentence) {
        Failure said = parts.directory().missing(reason, sentence);
        if (said instanceof Refused) {
            parts.counters().add("refused");
        }
        return said;
    }

    @Override
    public Incoming accept(Client client, Envelope envelope) {
        return new Arriving(client, envelope);
    }

    /** A message on its way in. */
    private final class Arriving implements Incoming {
        private final Client client;
        private final Envelope envelope;
        private final ArrivingBody body = new ArrivingBody(parts.folder());

        Arriving(Client client, Envelope envelope) {
            this.client = client;
            this.envelope = envelope;
        }

        @Override
        public OutputStream body() {
            return body;
        }

        @Override
        public List<Reply> finish() throws IOException {
            HeaderScan scan = HeaderScan.of(body, parts.hostname());
            if (scan.received() > HOPS) {
                return List.of(new Reply(554, "5.4.6 the message went through more than " + HOPS + " servers: a loop"));
            }
            Recipients recipients = new Recipients(parts.directory().people());
            envelope.recipients().forEach(r -> recipients.add(r.address()));
            if (recipients.all().isEmpty()) {
                return List.of(new Reply(550, "5.1.1 none of the recipients exists any more"));
            }
            MailId mail = new MailId(parts.ids().next());
            long now = parts.clock().millis();
            byte[] trace = TraceHeader.of(client, scan, submission(), mail, parts.hostname(), now);
            MailBody theirs = body.without(scan.ours());
            MailBody whole = theirs.behind(trace);
            log(mail, "received", recipients.all(), whole.size());
            Verdict verdict = parts.screening().judge(mail, arrival(now), whole, recipients.all());
            Optional<Reply> refusal = Screening.refusal(verdict);
            if (refusal.isPresent()) {
                parts.counters().add(refusal.get().permanentNegative() ? "spam" : "unscreened");
                MailLog.event(mail, "refused", "reply", refusal.get());
                return List.of(refusal.get());
            }
            Letter letter = submission()
                    ? new Letter(mail, whole, recipients.all(), verdict.ours())
                    : new Letter(mail, marked(theirs, trace, verdict), recipients.all(), verdict.accepted());
            Reply reply = taken(letter, now);
            if (submission() && reply.positive()) {
                client.login()
                        .flatMap(login -> parts.directory().people().login(login.key()))
                        .ifPresent(writer -> parts.screening().wrote(writer, letter.recipients()));
            }
            return List.of(reply);
        }

        private Reply taken(Letter letter, long now) {
            if (direct(letter)) {
                parts.counters().add("direct");
                return new Reply(250, "2.0.0 delivered as " + letter.id());
            }
            return spool(letter, now);
        }

        private Arrival arrival(long now) {
            List<Address> to = envelope.recipients().stream()
                    .map(Envelope.Recipient::address)
                    .toList();
            Optional<InetAddress> peer = Optional.of(client.address().getAddress());
            return new Arrival(peer, client.helo(), envelope.sender(), to, client.login(), now);
        }

        /** The message behind our lines: what was found goes below where it came from (RFC 8601 §2). */
        private MailBody marked(MailBody theirs, byte[] trace, Verdict verdict) {
            String fields = verdict.report().fields()
                    + verdict.origins().field()
                    + verdict.report()
                            .proof()
                            .results()
                            .map(results -> "Authentication-Results: " + parts.hostname() + results + "\r\n")
                            .orElse("");
            byte[] lines = fields.getBytes(StandardCharsets.US_ASCII);
            byte[] both = Arrays.copyOf(trace, trace.length + lines.length);
            System.arraycopy(lines, 0, both, trace.length, lines.length);
            return theirs.behind(both);
        }

        private void log(MailId mail, String event, List<Recipients.Target> recipients, int size) {
            String to = String.join(
                    ",",
                    recipients.stream()
                            .limit(20)
                            .map(t -> t.address().toString())
                            .toList());
            MailLog.event(
                    mail,
                    event,
                    "from",
                    "<" + envelope.sender().map(Address::toString).orElse("") + ">",
                    "to",
                    to,
                    "recipients",
                    recipients.size(),
                    "size",
                    size,
                    "client",
                    client.address().getAddress().getHostAddress(),
                    "login",
                    client.login().map(Address::toString).orElse("-"),
                    "protocol",
                    client.protocol());
        }

        /** Hands the message to its shard; false if anything but everything was taken. */
        private boolean direct(Letter letter) {
            MailId mail = letter.id();
            List<Recipients.Target> recipients = letter.recipients();
            Optional<GroupName> shard = oneShard(recipients);
            if (shard.isEmpty() || !parts.local().near(shard.get())) {
                return false;
            }
            List<LocalDelivery.Target> targets = new ArrayList<>();
            for (int place = 0; place < recipients.size(); place++) {
                Recipients.Target to = recipients.get(place);
                targets.add(new LocalDelivery.Target(
                        place, to.address(), to.account().orElseThrow().id(), letter.verdict(place)));
            }
            LocalDelivery.Mail whole = new LocalDelivery.Mail(mail, envelope.sender(), letter.body(), letter.tests());
            List<Reply> replies = parts.local().deliver(shard.get(), whole, targets, DIRECT);
            boolean all = replies.stream().allMatch(Reply::positive);
            MailLog.event(
                    mail,
                    all ? "delivered" : "doubted",
                    "direct",
                    shard.get(),
                    "reply",
                    replies.stream()
                            .filter(r -> r.positive() == all)
                            .findFirst()
                            .orElseThrow());
            return all;
        }

        private static Optional<GroupName> oneShard(List<Recipients.Target> recipients) {
            List<Optional<GroupName>> shards = recipients.stream()
                    .map(t -> t.account().map(Account::shard))
                    .distinct()
                    .toList();
            return shards.size() == 1 ? shards.getFirst() : Optional.empty();
        }

        private Reply spool(Letter letter, long now) {
            MailId mail = letter.id();
            Optional<Spool> spool = parts.spools().accepting();
            if (spool.isEmpty()) {
                return new Reply(451, "4.3.2 this server leads no spool now: use another one, or try again");
            }
            List<MailEntry.Recipient> waiting = letter.waiting(now);
            String how =
                    client.protocol() + " from " + client.address().getAddress().getHostAddress();
            MailEntry entry = MailEntry.accepted(
                    mail, envelope.sender(), waiting, now, letter.body().size(), how, letter.tests());
            try {
                spool.get().accept(entry, letter.body());
            } catch (Failure failure) {
                MailLog.event(mail, "refused", "spool", spool.get().group(), "why", failure.sentence());
                return Reply.of(failure);
            }
            MailLog.event(mail, "accepted", "spool", spool.get().group());
            parts.counters().add("spooled");
            parts.spools().arrived(spool.get(), entry);
            return new Reply(250, "2.0.0 accepted as " + mail);
        }

        @Override
        public void close() {
            body.close();
        }
    }
}

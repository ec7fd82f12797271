package org.merpati.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.merpati.cluster.NodeChannel;
import org.merpati.directory.Account;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.bayes.Mark;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Refused;
import org.merpati.mime.EncodedWords;
import org.merpati.mime.Envelope;
import org.merpati.mime.MessageText;
import org.merpati.mime.Part;
import org.merpati.mime.Summary;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.View;
import org.merpati.store.people.Tally;

/** Answers {@link SpamRequests} for the shards that this node leads. */
public final class SpamAnswers {
    private static final int BEGINNING = 512 * 1024;
    private static final int SHOWN = 4000;
    private static final Set<String> LETTER = Set.of("date", "from", "to", "cc", "subject", "reply-to");

    private final Shards shards;
    private final Learner learner;

    private SpamAnswers(Shards shards, Learner learner) {
        this.shards = shards;
        this.learner = learner;
    }

    /** A message and where it lies. */
    private record Found(Mailbox mailbox, Message message) {}

    /** Answers on a channel from now on. */
    public static void offer(NodeChannel channel, Shards shards, Learner learner) {
        SpamAnswers here = new SpamAnswers(shards, learner);
        channel.offer(
                SpamRequests.LEARNED, (peer, request, answer) -> answer.write(here.learned(new BinaryReader(request))));
        channel.offer(
                SpamRequests.EXPLAIN, (peer, request, answer) -> answer.write(here.explain(new BinaryReader(request))));
        channel.offer(SpamRequests.HELD, (peer, request, answer) -> answer.write(here.held(new BinaryReader(request))));
        channel.offer(SpamRequests.SHOW, (peer, request, answer) -> answer.write(here.show(new BinaryReader(request))));
        channel.offer(
                SpamRequests.RELEASE, (peer, request, answer) -> answer.write(here.release(new BinaryReader(request))));
    }

    private MailStore store(Account account) {
        MailStore store = shards.of(account);
        store.ensure(account.id());
        store.fresh();
        return store;
    }

    private byte[] explain(BinaryReader request) throws IOException {
        String shard = request.text();
        MailId mail = new MailId(request.id());
        List<String> texts = new ArrayList<>();
        for (MailStore store : shards.all()) {
            if (!store.shard().value().equals(shard)) {
                continue;
            }
            store.fresh();
            for (MailStore.Explained explained : store.explanations(mail)) {
                byte[] lines = explained.text().getBytes(StandardCharsets.UTF_8);
                texts.add("<" + shards.name(explained.account()) + "> in " + explained.mailbox() + "\n"
                        + VerdictLines.shown(lines, 0, lines.length, VerdictLines.VERDICT));
            }
        }
        BinaryWriter answer = new BinaryWriter().varint(texts.size());
        texts.forEach(answer::text);
        return answer.toByteArray();
    }

    /** A message of a mail in an account's mailbox. */
    private static Optional<Found> find(MailStore store, AccountId account, MailId mail, String name) {
        return store.mailbox(account, name).filter(Mailbox::selectable).flatMap(mailbox -> {
            View view = store.view(account, mailbox.id());
            for (int place = view.size() - 1; place >= 0; place--) {
                if (view.message(place).mail().equals(mail)) {
                    return Optional.of(new Found(mailbox, view.message(place)));
                }
            }
            return Optional.empty();
        });
    }

    private static byte[] beginning(MailStore store, AccountId account, Found found) throws IOException {
        try (InputStream in =
                store.body(account, found.mailbox().id(), found.message()).open(0)) {
            return in.readNBytes(BEGINNING);
        }
    }

    private byte[] held(BinaryReader request) {
        Account account = shards.account(new AccountId(request.id()));
        int limit = request.count();
        MailStore store = store(account);
        BinaryWriter answer = new BinaryWriter();
        Optional<View> view = store.mailbox(account.id(), SpamRequests.QUARANTINE)
                .map(mailbox -> store.view(account.id(), mailbox.id()));
        int size = view.map(View::size).orElse(0);
        answer.varint(Math.min(limit, size));
        for (int place = size - 1; place >= Math.max(0, size - limit); place--) {
            held(view.orElseThrow().message(place)).write(answer);
        }
        return answer.toByteArray();
    }

    /** What is shown of a held message, a line each; nothing in it moves a terminal. */
    static SpamRequests.Held held(Message message) {
        Summary summary = message.summary();
        return new SpamRequests.Held(
                message.mail(),
                message.savedDate(),
                from(summary.envelope()),
                line(EncodedWords.decode(summary.envelope().subject().orElse(""))),
                line(summary.header("x-spam-status").orElse("")));
    }

    private static String line(String text) {
        return VerdictLines.plain(text).replaceAll("\\s+", " ").strip();
    }

    private static String from(Envelope envelope) {
        return envelope.from().stream()
                .filter(person -> person.local().isPresent() && person.host().isPresent())
                .findFirst()
                .map(person -> person.local().get() + "@" + person.host().get())
                .map(SpamAnswers::line)
                .orElse("");
    }

    private Found quarantined(MailStore store, Account account, MailId mail) {
        return find(store, account.id(), mail, SpamRequests.QUARANTINE)
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NONEXISTENT, account.address() + " has no mail " + mail + " in quarantine"));
    }

    private byte[] show(BinaryReader request) throws IOException {
        Account account = shards.account(new AccountId(request.id()));
        MailStore store = store(account);
        Found found = quarantined(store, account, new MailId(request.id()));
        byte[] octets = beginning(store, account.id(), found);
        Part part = Summary.of(octets).structure();
        String body = VerdictLines.plain(MessageText.body(octets, part).replaceAll("(?s)<[^>]{0,2000}>", " "));
        String text = VerdictLines.shown(octets, part.headerStart(), part.bodyStart(), LETTER)
                + VerdictLines.shown(octets, part.headerStart(), part.bodyStart(), VerdictLines.VERDICT)
                + "\n"
                + body.substring(0, Math.min(SHOWN, body.length()));
        return new BinaryWriter().text(text).toByteArray();
    }

    private byte[] learned(BinaryReader request) {
        Account account = shards.account(new AccountId(request.id()));
        long[] digests = new long[request.count()];
        for (int i = 0; i < digests.length; i++) {
            digests[i] = request.i64();
        }
        MailStore store = shards.of(account);
        store.leased();
        Tally.Counts counts = store.counts(account.id(), digests);
        return new SpamRequests.Learned(counts.first(), counts.second(), counts.ofFirst(), counts.ofSecond()).write();
    }

    private byte[] release(BinaryReader request) throws IOException {
        Account account = shards.account(new AccountId(request.id()));
        MailStore store = store(account);
        Found found = quarantined(store, account, new MailId(request.id()));
        if (request.flag()) {
            learner.teach(store, account.id(), found.mailbox().id(), found.message(), Mark.HAM);
        }
        // Its summary is read from its row, which the move takes away.
        String from = from(found.message().summary().envelope());
        Mailbox inbox = store.mailbox(account.id(), "INBOX").orElseThrow();
        store.move(account.id(), found.mailbox().id(), List.of(found.message().uid()), inbox.id());
        return new BinaryWriter().text(from).toByteArray();
    }
}

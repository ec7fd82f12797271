package org.merpati.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.merpati.journal.Journal;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Sha256;
import org.merpati.kernel.TryLater;
import org.merpati.mime.Summary;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.log.MessageIds;
import org.merpati.store.log.Names;

/** Makes commands of requests: ids, summaries, and bodies that do not fit as chunks sent ahead. */
final class Proposer {
    private static final int CHUNK = 256 << 10;
    private static final int INLINE_LIMIT = 512 << 10;

    private final Journal journal;
    private final Ids ids;
    private final Function<byte[], byte[]> summariser;
    private final Function<AccountId, Quota> quotas;

    Proposer(Journal journal, Ids ids, Function<byte[], byte[]> summariser, Function<AccountId, Quota> quotas) {
        this.journal = journal;
        this.ids = ids;
        this.summariser = summariser;
        this.quotas = quotas;
    }

    /** The same, for another journal of the group. */
    Proposer through(Journal other) {
        return new Proposer(other, ids, summariser, quotas);
    }

    /** The binary form of a message's {@link Summary}. */
    static byte[] summary(byte[] message) {
        BinaryWriter writer = new BinaryWriter(1024);
        Summary.of(message).write(writer);
        return writer.toByteArray();
    }

    Quota quota(AccountId account) {
        return quotas.apply(account);
    }

    /**
     * Submits a command and opens its answer.
     *
     * @throws Refused if the answer says so
     * @throws TryLater if the answer or the journal says so
     */
    BinaryReader submit(Command command) {
        byte[] octets = CommandCodec.encode(command);
        if (octets.length > Journal.COMMAND_LIMIT) {
            throw new Refused(
                    Refused.Reason.LIMIT,
                    "the request is too large for one step: " + octets.length + " octets of " + Journal.COMMAND_LIMIT);
        }
        return Answer.open(journal.submit(octets));
    }

    List<Id> ids(int count) {
        List<Id> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(ids.next());
        }
        return made;
    }

    List<Command.Added> added(List<NewMessage> messages) {
        List<Command.Added> added = new ArrayList<>();
        int room = INLINE_LIMIT;
        for (NewMessage message : messages) {
            byte[] octets = octets(message.body());
            Octets summary = new Octets(summariser.apply(octets));
            room -= summary.array().length;
            Command.Content content = content(octets, room);
            room -= content.inline().array().length;
            MailId mail = new MailId(ids.next());
            added.add(new Command.Added(
                    mail,
                    content,
                    MessageIds.of(octets),
                    message.flags(),
                    message.internalDate().orElse(-1),
                    summary));
        }
        return added;
    }

    Command.Deliver deliver(Delivery delivery) {
        byte[] body = octets(delivery.body());
        Map<String, Integer> places = new LinkedHashMap<>();
        List<Octets> summaries = new ArrayList<>();
        List<Command.Target> targets = new ArrayList<>();
        int room = INLINE_LIMIT - delivery.explanation().length() * 3;
        for (Delivery.Recipient recipient : delivery.recipients()) {
            String prefix = recipient.prefix();
            int place = places.computeIfAbsent(prefix, absent -> places.size());
            if (place == summaries.size()) {
                summaries.add(new Octets(summariser.apply(joined(prefix, body))));
                room -= summaries.getLast().array().length;
            }
            room -= prefix.length() * 3 + 128;
            targets.add(new Command.Target(
                    recipient.id(),
                    recipient.account(),
                    prefix,
                    Names.spelled(recipient.mailbox()),
                    recipient.flags(),
                    place,
                    quota(recipient.account())));
        }
        Command.Content content = content(body, room);
        return new Command.Deliver(
                delivery.mail(),
                content,
                MessageIds.of(body),
                content.digest(),
                targets,
                summaries,
                delivery.explanation());
    }

    /** What an {@link Command.Append} or a {@link Command.Replace} is answered with. */
    static List<MailStore.Appended> appended(BinaryReader answer) {
        long uidValidity = answer.varint();
        List<MailStore.Appended> appended = new ArrayList<>();
        for (int left = answer.count(); left > 0; left--) {
            appended.add(new MailStore.Appended(uidValidity, answer.varint()));
        }
        return appended;
    }

    /** What a {@link Command.Deliver} is answered with. */
    static List<Delivery.Outcome> outcomes(BinaryReader answer) {
        List<Delivery.Outcome> outcomes = new ArrayList<>();
        for (int left = answer.count(); left > 0; left--) {
            outcomes.add(Delivery.Outcome.read(answer));
        }
        return outcomes;
    }

    private static byte[] joined(String prefix, byte[] body) {
        byte[] head = prefix.getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, whole, head.length, body.length);
        return whole;
    }

    private Command.Content content(byte[] octets, int room) {
        Id blob = ids.next();
        Octets digest = new Octets(Sha256.of(octets));
        if (octets.length <= room) {
            return new Command.Content(blob, octets.length, 0, new Octets(octets), digest);
        }
        int chunks = 0;
        for (int at = 0; at < octets.length; at += CHUNK) {
            byte[] chunk = Arrays.copyOfRange(octets, at, Math.min(octets.length, at + CHUNK));
            submit(new Command.Chunk(blob, chunks++, new Octets(chunk)));
        }
        return new Command.Content(blob, octets.length, chunks, Octets.NONE, digest);
    }

    private static byte[] octets(Body body) {
        try (InputStream in = body.open(0)) {
            byte[] octets = in.readNBytes(body.size());
            if (octets.length != body.size()) {
                throw new TryLater("the message ended after " + octets.length + " of " + body.size() + " octets");
            }
            return octets;
        } catch (IOException failed) {
            throw new TryLater("the message could not be read: " + failed.getMessage());
        }
    }
}

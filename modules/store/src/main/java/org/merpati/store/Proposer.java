package org.merpati.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.merpati.journal.Journal;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
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
import org.merpati.store.people.Rights;

/**
 * Makes commands of requests, with ids, summaries, and bodies that do not fit as chunks sent ahead; has the shard's log
 * take them, and reads what it answers. All methods throw {@link Refused} and {@link TryLater} as the answer or the log
 * says.
 */
public final class Proposer {
    private static final int CHUNK = 256 << 10;
    private static final int INLINE_LIMIT = 512 << 10;

    private final UnaryOperator<byte[]> log;
    private final Ids ids;
    private final Function<byte[], byte[]> summariser;
    private final Function<AccountId, Quota> quotas;

    /**
     * @param log has a command carried out and answers as {@link Answer} has it
     * @param summariser makes the binary form of a message's {@link Summary}
     * @param quotas how much each account may keep now
     */
    public Proposer(
            UnaryOperator<byte[]> log,
            Ids ids,
            Function<byte[], byte[]> summariser,
            Function<AccountId, Quota> quotas) {
        this.log = log;
        this.ids = ids;
        this.summariser = summariser;
        this.quotas = quotas;
    }

    /** The same, for another way to the group's log. */
    Proposer through(UnaryOperator<byte[]> other) {
        return new Proposer(other, ids, summariser, quotas);
    }

    /** The binary form of a message's {@link Summary}. */
    public static byte[] summary(byte[] message) {
        BinaryWriter writer = new BinaryWriter(1024);
        Summary.of(message).write(writer);
        return writer.toByteArray();
    }

    Quota quota(AccountId account) {
        return quotas.apply(account);
    }

    /** Submits a command and opens its answer. */
    BinaryReader submit(Command command) {
        byte[] octets = CommandCodec.encode(command);
        if (octets.length > Journal.COMMAND_LIMIT) {
            throw new Refused(
                    Refused.Reason.LIMIT,
                    "the request is too large for one step: " + octets.length + " octets of " + Journal.COMMAND_LIMIT);
        }
        return Answer.open(log.apply(octets));
    }

    List<Id> ids(int count) {
        List<Id> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(ids.next());
        }
        return made;
    }

    /** Creates a mailbox of a store, and reads it there; see {@link MailStore#create}. */
    public Mailbox create(MailStore store, AccountId account, String name, Set<String> specialUse) {
        String lawful = Names.lawful(name);
        if (specialUse.size() > 1) {
            throw new Refused(Refused.Reason.CANNOT, "a mailbox has at most one special use here");
        }
        List<Id> levels = ids(Names.levels(lawful));
        String use = specialUse.isEmpty() ? "" : specialUse.iterator().next();
        MailboxId made = new MailboxId(
                submit(new Command.Create(account, lawful, levels, use)).id());
        return store.mailbox(account, name)
                .filter(mailbox -> mailbox.id().equals(made))
                .orElseThrow(() -> new TryLater("'" + name + "' was deleted while it was created"));
    }

    /** Deletes a mailbox; see {@link MailStore#delete}. */
    public void delete(AccountId account, String name) {
        submit(new Command.Delete(account, Names.spelled(name)));
    }

    /** Renames a mailbox; see {@link MailStore#rename}. */
    public void rename(AccountId account, String from, String to) {
        String lawful = Names.lawful(to);
        submit(new Command.Rename(account, Names.spelled(from), lawful, ids(Names.levels(lawful))));
    }

    /** Sets annotations; see {@link MailStore#annotate}. */
    public void annotate(AccountId account, MailboxId mailbox, SortedMap<String, Optional<byte[]>> values) {
        SortedMap<String, Optional<Octets>> octets = new TreeMap<>();
        values.forEach((entry, value) -> octets.put(entry, value.map(Octets::new)));
        submit(new Command.Annotate(account, mailbox, octets));
    }

    /** Sets rights; see {@link MailStore#grant}. */
    public void grant(AccountId account, MailboxId mailbox, AccountId grantee, FlagChange.Kind kind, Rights rights) {
        submit(new Command.Grant(account, mailbox, grantee, kind, rights));
    }

    /** Appends messages; see {@link MailStore#append}. */
    public List<MailStore.Appended> append(AccountId account, MailboxId mailbox, List<NewMessage> messages) {
        return appended(submit(new Command.Append(account, mailbox, added(messages), quota(account))));
    }

    /** Replaces a message; see {@link MailStore#replace}. */
    public MailStore.Appended replace(AccountId account, MailboxId from, long uid, MailboxId to, NewMessage message) {
        Command.Added added = added(List.of(message)).getFirst();
        return appended(submit(new Command.Replace(account, from, uid, to, added, quota(account))))
                .getFirst();
    }

    /** Changes flags; see {@link MailStore#flags}. */
    public MailStore.Stored flags(
            AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change, OptionalLong unchangedSince) {
        BinaryReader answer =
                submit(new Command.Store(account, mailbox, ascending(uids), change, unchangedSince.orElse(-1)));
        List<Long> changed = CommandCodec.uids(answer);
        List<Long> modified = CommandCodec.uids(answer);
        return new MailStore.Stored(changed, modified, answer.varint());
    }

    /** Copies messages, or moves them; see {@link MailStore#copy} and {@link MailStore#move}. */
    public MailStore.Copied copy(AccountId account, MailboxId from, List<Long> uids, MailboxId to, boolean move) {
        BinaryReader answer = submit(new Command.Copy(account, from, ascending(uids), to, move, quota(account)));
        long uidValidity = answer.varint();
        List<Long> copied = CommandCodec.uids(answer);
        return new MailStore.Copied(uidValidity, copied, CommandCodec.uids(answer));
    }

    /** Removes messages; see {@link MailStore#expunge}. */
    public List<Long> expunge(AccountId account, MailboxId mailbox, List<Long> uids) {
        return CommandCodec.uids(submit(new Command.Expunge(account, mailbox, ascending(uids))));
    }

    private static List<Long> ascending(List<Long> uids) {
        return new ArrayList<>(new TreeSet<>(uids));
    }

    private List<Command.Added> added(List<NewMessage> messages) {
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

    private static List<MailStore.Appended> appended(BinaryReader answer) {
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

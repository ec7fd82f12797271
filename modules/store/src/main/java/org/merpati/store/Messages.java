package org.merpati.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.log.Names;
import org.merpati.vault.Snapshot;

/** Commands on messages. */
final class Messages {
    /** The most messages that one command brings back. */
    static final int UNDELETE_LIMIT = 500;

    /** How long a delivery id is kept beside the messages, in milliseconds. */
    static final long DELIVERY_MILLIS = 8L * 24 * 3600 * 1000;

    /** How long before and after its making a mail's delivery is looked for: clocks differ, deliveries wait. */
    private static final long ARRIVAL_MILLIS = 3_600_000;

    private final Ledger ledger;
    private final Bodies bodies;

    Messages(Ledger ledger) {
        this.ledger = ledger;
        this.bodies = new Bodies(ledger);
    }

    byte[] append(Command.Append command) throws IOException {
        Ledger.Touched folder = ledger.selectable(command.account(), command.mailbox());
        long octets = command.messages().stream()
                .mapToLong(added -> added.content().size())
                .sum();
        ledger.room(
                command.account(), command.quota(), octets, command.messages().size());
        BinaryWriter answer = Answer.done().varint(folder.row.uidValidity);
        answer.varint(command.messages().size());
        for (Command.Added added : command.messages()) {
            Id blob = bodies.store(added.content());
            bodies.refer(blob, 1);
            long date = added.internalDate() < 0 ? ledger.millis() : added.internalDate();
            MailId thread = thread(command.account(), added.mail(), added.messageIds());
            Rows.Content content =
                    new Rows.Content(ledger.millis(), added.mail(), thread, blob, "", null, added.summary());
            answer.varint(
                    ledger.add(folder, added.flags(), date, added.content().size(), content));
        }
        return answer.toByteArray();
    }

    byte[] deliver(Command.Deliver command) throws IOException {
        BinaryWriter answer = Answer.done().varint(command.targets().size());
        Id blob = null;
        for (Command.Target target : command.targets()) {
            Optional<String> away = new Migration(ledger).away(target.account());
            if (away.isPresent()) {
                answer.u8(2).text(away.get());
                continue;
            }
            if (ledger.find(target.account()) == null) {
                answer.u8(1).text("the account " + target.account() + " has no mailboxes in this shard");
                continue;
            }
            Long before = delivered(target.account(), target.id(), command.digest());
            if (before == null && !ledger.holds(target.account(), target.quota(), size(command, target), 1)) {
                answer.u8(2).text(ledger.fullness(target.account(), target.quota()));
                continue;
            }
            if (before == null && blob == null) {
                blob = bodies.store(command.content());
            }
            long uid = before != null ? before : deliver(command, target, Objects.requireNonNull(blob));
            answer.u8(0).varint(uid).flag(before != null);
        }
        return answer.toByteArray();
    }

    private long deliver(Command.Deliver command, Command.Target target, Id blob) throws IOException {
        AccountId account = target.account();
        Ledger.Touched folder = target(account, target.mailbox());
        bodies.refer(blob, 1);
        Rows.Content content = new Rows.Content(
                ledger.millis(),
                command.mail(),
                thread(account, command.mail(), command.messageIds()),
                blob,
                target.prefix(),
                target.id(),
                command.summaries().get(target.summary()));
        long uid = ledger.add(folder, target.flags(), ledger.millis(), size(command, target), content);
        byte[] key = Keys.delivery(account, target.id());
        ledger.put(key, new Rows.Delivered(ledger.millis(), uid, command.digest()).write());
        ledger.put(Keys.expiry(ledger.millis(), account, target.id()), key);
        if (!command.explanation().isEmpty()) {
            String text = target.prefix() + command.explanation();
            ledger.put(
                    Keys.explanation(target.id(), account),
                    new Rows.Explanation(ledger.millis(), folder.row.name, text).write());
        }
        return uid;
    }

    private static int size(Command.Deliver command, Command.Target target) {
        return command.content().size() + target.prefix().getBytes(StandardCharsets.UTF_8).length;
    }

    /** The conversation that one of the message ids belongs to, or a new one; all of them belong to it then. */
    private MailId thread(AccountId account, MailId mail, List<Long> messageIds) throws IOException {
        MailId thread = null;
        List<byte[]> unknown = new ArrayList<>();
        for (long hash : messageIds) {
            byte[] key = Keys.thread(account, hash);
            byte[] value = ledger.get(key);
            if (value == null) {
                unknown.add(key);
            } else if (thread == null) {
                thread = new MailId(Keys.id(value, 0));
            }
        }
        MailId found = thread == null ? mail : thread;
        byte[] value = new BinaryWriter(Id.BYTES).id(found.value()).toByteArray();
        unknown.forEach(key -> ledger.put(key, value));
        return found;
    }

    private Ledger.Touched target(AccountId account, String name) throws IOException {
        MailboxId id = ledger.named(account, name);
        if (id != null) {
            Ledger.Touched folder = ledger.touch(account, id);
            if (folder.row.selectable) {
                return folder;
            }
        }
        MailboxId inbox = ledger.named(account, Names.INBOX);
        if (inbox == null) {
            throw new IllegalStateException("the account " + account + " has no INBOX");
        }
        return ledger.touch(account, inbox);
    }

    /** The UID that an earlier delivery with that id and the same octets led to, or null. */
    private @Nullable Long delivered(AccountId account, DeliveryId id, Octets digest) throws IOException {
        byte[] value = ledger.get(Keys.delivery(account, id));
        if (value != null) {
            Rows.Delivered before = Rows.Delivered.read(value);
            return before.digest().equals(digest) ? before.uid() : null;
        }
        if (ledger.millis() - id.mail().value().millis() < DELIVERY_MILLIS) {
            return null;
        }
        Long[] found = new Long[1];
        ledger.scan(Keys.kind(account, Keys.CONTENT), (key, row) -> {
            if (id.equals(Rows.Content.read(row).delivery())) {
                found[0] = Keys.uidOf(key);
            }
            return found[0] == null;
        });
        return found[0];
    }

    byte[] store(Command.Store command) throws IOException {
        Ledger.Touched folder = ledger.selectable(command.account(), command.mailbox());
        FlagChange change = command.change();
        if (change.kind() != FlagChange.Kind.REMOVE) {
            change = new FlagChange(change.kind(), ledger.canonical(folder, change.flags()));
        }
        FlagChange asked = change;
        Map<Flags, Flags> outcomes = new HashMap<>();
        List<Long> changed = new ArrayList<>();
        List<Long> modified = new ArrayList<>();
        for (long uid : command.uids()) {
            Rows.Hot before = ledger.message(folder, uid);
            if (before == null) {
                continue;
            }
            if (command.unchangedSince() >= 0 && before.modSeq() > command.unchangedSince()) {
                modified.add(uid);
                continue;
            }
            Flags after = outcomes.computeIfAbsent(before.flags(), asked::applyTo);
            if (!after.equals(before.flags())) {
                ledger.flags(folder, uid, before, after);
                changed.add(uid);
            }
        }
        BinaryWriter answer = Answer.done();
        CommandCodec.uids(CommandCodec.uids(answer, changed), modified);
        return answer.varint(folder.row.highestModSeq).toByteArray();
    }

    byte[] copy(Command.Copy command) throws IOException {
        Ledger.Touched from = ledger.selectable(command.account(), command.from());
        Ledger.Touched to = ledger.selectable(command.account(), command.to());
        SortedMap<Long, Rows.Hot> sources = new TreeMap<>();
        long octets = 0;
        for (long uid : command.uids()) {
            Rows.Hot hot = ledger.message(from, uid);
            if (hot != null) {
                sources.put(uid, hot);
                octets += hot.size();
            }
        }
        if (!command.move()) {
            ledger.room(command.account(), command.quota(), octets, sources.size());
        }
        List<Long> copies = new ArrayList<>();
        for (Map.Entry<Long, Rows.Hot> source : sources.entrySet()) {
            copies.add(copy(from, source.getKey(), source.getValue(), to, command.move()));
        }
        BinaryWriter answer = Answer.done().varint(to.row.uidValidity);
        return CommandCodec.uids(CommandCodec.uids(answer, List.copyOf(sources.keySet())), copies)
                .toByteArray();
    }

    private long copy(Ledger.Touched from, long uid, Rows.Hot hot, Ledger.Touched to, boolean move) throws IOException {
        Rows.Content content = ledger.content(from, uid);
        Rows.Content copied = content.saved(ledger.millis());
        long added = ledger.add(to, hot.flags(), hot.internalDate(), hot.size(), copied);
        if (move) {
            ledger.remove(from, uid, hot);
        } else {
            bodies.refer(content.blob(), 1);
        }
        return added;
    }

    void moveAll(Ledger.Touched from, Ledger.Touched to) throws IOException {
        for (long uid : uids(from)) {
            Rows.Hot hot = ledger.message(from, uid);
            if (hot != null) {
                copy(from, uid, hot, to, true);
            }
        }
    }

    private List<Long> uids(Ledger.Touched folder) throws IOException {
        List<Long> uids = new ArrayList<>();
        ledger.scan(Keys.mailbox(folder.account, Keys.MESSAGE, folder.row.id), (key, value) -> {
            uids.add(Keys.uidOf(key));
            return true;
        });
        return uids;
    }

    byte[] expunge(Command.Expunge command) throws IOException {
        Ledger.Touched folder = ledger.selectable(command.account(), command.mailbox());
        List<Long> removed = new ArrayList<>();
        for (long uid : command.uids()) {
            Rows.Hot hot = ledger.message(folder, uid);
            if (hot != null && hot.flags().has(Flags.DELETED)) {
                remove(folder, uid, hot);
                removed.add(uid);
            }
        }
        return CommandCodec.uids(Answer.done(), removed).toByteArray();
    }

    byte[] replace(Command.Replace command) throws IOException {
        Ledger.Touched from = ledger.selectable(command.account(), command.from());
        Rows.Hot hot = command.uid() < from.row.uidNext ? ledger.message(from, command.uid()) : null;
        if (hot == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the message to be replaced is gone");
        }
        long more = (long) command.message().content().size() - hot.size();
        ledger.room(command.account(), command.quota(), more, 0);
        byte[] answer =
                append(new Command.Append(command.account(), command.to(), List.of(command.message()), Quota.NONE));
        remove(from, command.uid(), hot);
        return answer;
    }

    private void remove(Ledger.Touched folder, long uid, Rows.Hot hot) throws IOException {
        ledger.keep(folder, uid, hot);
        ledger.remove(folder, uid, hot);
    }

    /** Brings back removed messages, some at a time; answers how many. */
    byte[] undelete(Command.Undelete command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        SortedMap<byte[], Rows.Removed> found = new TreeMap<>(Arrays::compareUnsigned);
        byte[] end = Keys.behind(Keys.kind(account, Keys.REMOVED));
        ledger.vault().scan(Keys.removedSince(account, command.since()), end, (key, value) -> {
            Rows.Removed removed = Rows.Removed.read(value);
            if (command.mailbox().isEmpty() || command.mailbox().get().equals(removed.mailbox())) {
                found.put(key, removed);
            }
            return found.size() < UNDELETE_LIMIT;
        });
        return bringBack(account, command.quota(), found);
    }

    /** Brings back the removed messages of some keys, all or none; answers how many. */
    byte[] restore(Command.Restore command) throws IOException {
        AccountId account = command.account();
        ledger.account(account);
        SortedMap<byte[], Rows.Removed> found = new TreeMap<>(Arrays::compareUnsigned);
        for (Octets name : command.names()) {
            byte[] key = Keys.removed(account, name);
            byte[] value = ledger.get(key);
            if (value != null) {
                found.put(key, Rows.Removed.read(value));
            }
        }
        return bringBack(account, command.quota(), found);
    }

    private byte[] bringBack(AccountId account, Quota quota, SortedMap<byte[], Rows.Removed> found) throws IOException {
        long octets = 0;
        for (Rows.Removed removed : found.values()) {
            octets += removed.hot().size();
        }
        ledger.room(account, quota, octets, found.size());
        for (Map.Entry<byte[], Rows.Removed> entry : found.entrySet()) {
            Rows.Removed removed = entry.getValue();
            Rows.Hot hot = removed.hot();
            Flags flags = hot.flags().minus(new Flags(Flags.DELETED, List.of()));
            ledger.add(
                    target(account, removed.mailbox()),
                    flags,
                    hot.internalDate(),
                    hot.size(),
                    removed.content().saved(ledger.millis()));
            ledger.forget(entry.getKey());
        }
        return Answer.done().varint(found.size()).toByteArray();
    }

    void removeAll(Ledger.Touched folder) throws IOException {
        for (long uid : uids(folder)) {
            Rows.Hot hot = ledger.message(folder, uid);
            if (hot != null) {
                remove(folder, uid, hot);
            }
        }
    }

    /** The deliveries of a mail that are remembered, looked for around the time of its making. */
    static List<MailStore.Arrival> arrivals(Snapshot rows, MailId mail) throws IOException {
        long made = mail.value().millis();
        List<MailStore.Arrival> arrivals = new ArrayList<>();
        byte[] from = Keys.expiry(Math.max(0, made - ARRIVAL_MILLIS));
        rows.scan(from, Keys.expiry(made + ARRIVAL_MILLIS), (key, delivery) -> {
            DeliveryId id = Keys.deliveryOf(delivery);
            byte[] value = id.mail().equals(mail) ? rows.get(delivery) : null;
            if (value != null) {
                Rows.Delivered is = Rows.Delivered.read(value);
                arrivals.add(new MailStore.Arrival(Keys.accountOf(delivery), id.place(), is.millis(), is.uid()));
            }
            return true;
        });
        return arrivals;
    }
}

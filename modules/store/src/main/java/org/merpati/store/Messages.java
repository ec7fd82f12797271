package org.merpati.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;

/** Commands on messages. */
final class Messages {
    /** How long a delivery id is kept beside the messages, in milliseconds. */
    static final long DELIVERY_MILLIS = 8L * 24 * 3600 * 1000;

    private final Ledger ledger;
    private final Bodies bodies;

    Messages(Ledger ledger) {
        this.ledger = ledger;
        this.bodies = new Bodies(ledger);
    }

    byte[] append(Command.Append command) throws IOException {
        Ledger.Touched folder = ledger.selectable(command.account(), command.mailbox());
        BinaryWriter answer = Answer.done().varint(folder.row.uidValidity);
        answer.varint(command.messages().size());
        for (Command.Added added : command.messages()) {
            bodies.store(added.content());
            bodies.refer(added.content().blob(), 1);
            long date = added.internalDate() < 0 ? ledger.millis() : added.internalDate();
            MailId thread = thread(command.account(), added.mail(), added.messageIds());
            Rows.Content content = new Rows.Content(
                    ledger.millis(), added.mail(), thread, added.content().blob(), "", null, added.summary());
            answer.varint(
                    ledger.add(folder, added.flags(), date, added.content().size(), content));
        }
        return answer.toByteArray();
    }

    byte[] deliver(Command.Deliver command) throws IOException {
        BinaryWriter answer = Answer.done().varint(command.targets().size());
        boolean stored = false;
        for (Command.Target target : command.targets()) {
            if (ledger.find(target.account()) == null) {
                answer.u8(1).text("the account " + target.account() + " has no mailboxes in this shard");
                continue;
            }
            Long before = delivered(target.account(), target.id(), command.digest());
            if (before == null && !stored) {
                bodies.store(command.content());
                stored = true;
            }
            long uid = before == null ? deliver(command, target) : before;
            answer.u8(0).varint(uid).flag(before != null);
        }
        return answer.toByteArray();
    }

    private long deliver(Command.Deliver command, Command.Target target) throws IOException {
        AccountId account = target.account();
        Ledger.Touched folder = target(account, target.mailbox());
        int prefix = target.prefix().getBytes(StandardCharsets.UTF_8).length;
        bodies.refer(command.content().blob(), 1);
        Rows.Content content = new Rows.Content(
                ledger.millis(),
                command.mail(),
                thread(account, command.mail(), command.messageIds()),
                command.content().blob(),
                target.prefix(),
                target.id(),
                command.summaries().get(target.summary()));
        int size = command.content().size() + prefix;
        long uid = ledger.add(folder, target.flags(), ledger.millis(), size, content);
        byte[] key = Keys.delivery(account, target.id());
        ledger.put(key, new Rows.Delivered(ledger.millis(), uid, command.digest()).write());
        ledger.put(Keys.expiry(ledger.millis(), account, target.id()), key);
        return uid;
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
        MailboxId inbox = ledger.named(account, Folders.INBOX);
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
        List<Long> sources = new ArrayList<>();
        List<Long> copies = new ArrayList<>();
        long end = from.row.uidNext;
        for (long uid : command.uids()) {
            Rows.Hot hot = uid < end ? ledger.message(from, uid) : null;
            if (hot != null) {
                sources.add(uid);
                copies.add(copy(from, uid, hot, to, command.move()));
            }
        }
        BinaryWriter answer = Answer.done().varint(to.row.uidValidity);
        return CommandCodec.uids(CommandCodec.uids(answer, sources), copies).toByteArray();
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

    private void remove(Ledger.Touched folder, long uid, Rows.Hot hot) throws IOException {
        bodies.refer(ledger.content(folder, uid).blob(), -1);
        ledger.remove(folder, uid, hot);
    }

    void removeAll(Ledger.Touched folder) throws IOException {
        for (long uid : uids(folder)) {
            Rows.Hot hot = ledger.message(folder, uid);
            if (hot != null) {
                remove(folder, uid, hot);
            }
        }
    }
}

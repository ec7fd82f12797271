package org.merpati.imap;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.mime.Summary;
import org.merpati.store.Body;
import org.merpati.store.Delivery;
import org.merpati.store.FlagChange;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.NewMessage;
import org.merpati.store.Usage;
import org.merpati.store.View;

/** A store in memory for the tests of IMAP; everything is under one lock. Ids and times are the same in every run. */
final class MemoryStore extends MemoryGrants {
    private static final List<String> BEGINNING = List.of("INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive");

    private record Watcher(MailboxId mailbox, Runnable changed) {}

    private static final class Holder {
        final Map<MailboxId, TreeMap<String, byte[]>> annotations = new HashMap<>();
        final TreeMap<String, MemoryBox> boxes = new TreeMap<>();
        final TreeSet<String> subscriptions = new TreeSet<>();
    }

    private final Map<AccountId, Holder> accounts = new HashMap<>();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final Random chance = new Random(4);
    private final LongSupplier now;
    private long uidValidity = 100;
    private volatile @Nullable TryLater away;
    private @Nullable TryLater awayAfterAppend;

    MemoryStore(LongSupplier now) {
        this.now = now;
    }

    /** Makes every call throw until it is set to null. */
    void away(@Nullable TryLater why) {
        away = why;
        watchers.forEach(w -> w.changed.run());
    }

    /** Makes every call after the next append throw. */
    synchronized void awayAfterNextAppend(TryLater why) {
        awayAfterAppend = why;
    }

    private void here() {
        TryLater why = away;
        if (why != null) {
            throw why;
        }
    }

    private Id id() {
        return new Id(chance.nextLong(), chance.nextLong());
    }

    private Holder holder(AccountId account) {
        here();
        Holder holder = accounts.get(account);
        if (holder == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "there is no account " + account);
        }
        return holder;
    }

    private MemoryBox box(AccountId account, MailboxId mailbox) {
        for (MemoryBox box : holder(account).boxes.values()) {
            if (box.id.equals(mailbox)) {
                return box;
            }
        }
        throw new Refused(Refused.Reason.NONEXISTENT, "there is no such mailbox");
    }

    private static MemoryBox named(Holder holder, String name) {
        MemoryBox box = holder.boxes.get(name);
        if (box == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "there is no mailbox '" + name + "'");
        }
        return box;
    }

    private static MemoryBox.Snapshot snapshot(Holder holder, MemoryBox box) {
        MemoryBox.Snapshot known = box.snapshot;
        if (known == null || known.mailbox().subscribed() != holder.subscriptions.contains(box.name)) {
            List<MemoryBox.Row> rows = List.copyOf(box.rows.values());
            int unseen = 0;
            int deleted = 0;
            long octets = 0;
            for (MemoryBox.Row row : rows) {
                unseen += row.flags().has(Flags.SEEN) ? 0 : 1;
                deleted += row.flags().has(Flags.DELETED) ? 1 : 0;
                octets += row.size();
            }
            List<Long> uids = List.copyOf(box.rows.keySet());
            Mailbox mailbox = new Mailbox(
                    box.id,
                    box.name,
                    box.uidValidity,
                    box.uidNext,
                    box.modSeq,
                    holder.subscriptions.contains(box.name),
                    box.selectable,
                    box.specialUse,
                    rows.size(),
                    unseen,
                    deleted,
                    octets);
            SortedSet<String> keywords = Collections.unmodifiableSortedSet(new TreeSet<>(box.keywords));
            known = new MemoryBox.Snapshot(mailbox, rows, uids, keywords, Map.copyOf(box.expunged));
            box.snapshot = known;
        }
        return known;
    }

    @Override
    void changed(MailboxId id) {
        watchers.stream()
                .filter(w -> w.mailbox.equals(id) || w.mailbox.equals(ACCOUNT))
                .forEach(w -> w.changed.run());
    }

    @Override
    boolean holds(AccountId account, MailboxId mailbox) {
        return holder(account).boxes.values().stream().anyMatch(box -> box.id.equals(mailbox));
    }

    @Override
    public GroupName shard() {
        return GroupName.shard(1);
    }

    @Override
    public synchronized void ensure(AccountId account) {
        here();
        if (!accounts.containsKey(account)) {
            Holder holder = new Holder();
            accounts.put(account, holder);
            BEGINNING.forEach(name -> {
                add(holder, name, name.equals("INBOX") ? Optional.empty() : Optional.of("\\" + name));
                holder.subscriptions.add(name);
            });
        }
    }

    private MemoryBox add(Holder holder, String name, Optional<String> use) {
        MemoryBox box = new MemoryBox(new MailboxId(id()), name, uidValidity++, use);
        holder.boxes.put(name, box);
        MemoryBox above = holder.boxes.get(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
        inherit(above == null ? ACCOUNT : above.id, box.id);
        return box;
    }

    /** Siti may keep 10 KB in three messages; for the others there is no limit. */
    static Quota quota(AccountId account) {
        return account.equals(ImapFixture.SITI) ? new Quota(10 * 1024, 3) : Quota.NONE;
    }

    @Override
    public synchronized Usage usage(AccountId account) {
        List<Mailbox> all = mailboxes(account);
        long octets = all.stream().mapToLong(Mailbox::octets).sum();
        return new Usage(octets, all.stream().mapToLong(Mailbox::messages).sum(), quota(account));
    }

    private void roomFor(AccountId account, long octets, int messages) {
        Usage usage = usage(account);
        if (!usage.quota().holds(usage.octets() + octets, usage.messages() + messages)) {
            throw new Refused(Refused.Reason.OVER_QUOTA, "the account would exceed its quota");
        }
    }

    @Override
    public synchronized List<Mailbox> mailboxes(AccountId account) {
        Holder holder = holder(account);
        return holder.boxes.values().stream()
                .map(b -> snapshot(holder, b).mailbox())
                .toList();
    }

    @Override
    public synchronized List<String> subscriptions(AccountId account) {
        return List.copyOf(holder(account).subscriptions);
    }

    @Override
    public List<Arrival> arrivals(MailId mail) {
        return List.of();
    }

    @Override
    public synchronized Optional<Mailbox> mailbox(AccountId account, String name) {
        here();
        Holder holder = accounts.getOrDefault(account, new Holder());
        return Optional.ofNullable(holder.boxes.get(name))
                .map(b -> snapshot(holder, b).mailbox());
    }

    @Override
    public synchronized Mailbox create(AccountId account, String name, Set<String> specialUse) {
        Holder holder = holder(account);
        MemoryBox old = holder.boxes.get(name);
        if (old != null && old.selectable) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "there is a mailbox '" + name + "' already");
        }
        if (name.startsWith("/") || name.endsWith("/") || name.contains("//")) {
            throw new Refused(Refused.Reason.CANNOT, "a level of a name is empty");
        }
        for (int at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
            if (!holder.boxes.containsKey(name.substring(0, at))) {
                add(holder, name.substring(0, at), Optional.empty());
            }
        }
        MemoryBox box = old == null ? add(holder, name, specialUse.stream().findFirst()) : old;
        box.selectable = true;
        box.snapshot = null;
        changed(ACCOUNT);
        return snapshot(holder, box).mailbox();
    }

    @Override
    public synchronized void delete(AccountId account, String name) {
        Holder holder = holder(account);
        if (name.equals("INBOX")) {
            throw new Refused(Refused.Reason.CANNOT, "INBOX cannot be deleted");
        }
        MemoryBox box = named(holder, name);
        String next = holder.boxes.ceilingKey(name + "/");
        if (next != null && next.startsWith(name + "/")) {
            if (!box.selectable) {
                throw new Refused(Refused.Reason.CANNOT, "'" + name + "' holds other mailboxes");
            }
            MemoryBox level = new MemoryBox(new MailboxId(id()), name, uidValidity++, Optional.empty());
            level.selectable = false;
            holder.boxes.put(name, level);
        } else {
            holder.boxes.remove(name);
        }
        forget(box.id);
        changed(box.id);
    }

    @Override
    public synchronized void rename(AccountId account, String from, String to) {
        Holder holder = holder(account);
        MemoryBox box = named(holder, from);
        if (holder.boxes.containsKey(to) || to.startsWith(from + "/")) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "there is a mailbox '" + to + "' already");
        }
        if (from.equals("INBOX")) {
            create(account, to, Set.of());
            MemoryBox target = named(holder, to);
            move(account, box.id, List.copyOf(box.rows.keySet()), target.id);
            return;
        }
        for (String name : List.copyOf(holder.boxes.keySet())) {
            if (name.equals(from) || name.startsWith(from + "/")) {
                MemoryBox moved = named(holder, name);
                holder.boxes.remove(name);
                moved.name = to + name.substring(from.length());
                moved.snapshot = null;
                holder.boxes.put(moved.name, moved);
            }
        }
        for (int at = to.indexOf('/'); at > 0; at = to.indexOf('/', at + 1)) {
            if (!holder.boxes.containsKey(to.substring(0, at))) {
                add(holder, to.substring(0, at), Optional.empty());
            }
        }
        changed(ACCOUNT);
    }

    @Override
    public synchronized SortedMap<String, byte[]> annotations(AccountId account, MailboxId mailbox) {
        return new TreeMap<>(holder(account).annotations.getOrDefault(mailbox, new TreeMap<>()));
    }

    @Override
    public synchronized void annotate(
            AccountId account, MailboxId mailbox, SortedMap<String, Optional<byte[]>> values) {
        TreeMap<String, byte[]> next = new TreeMap<>(annotations(account, mailbox));
        values.forEach((entry, value) -> {
            next.remove(entry);
            value.ifPresent(octets -> next.put(entry, octets));
        });
        holder(account).annotations.put(mailbox, next);
        changed(ACCOUNT);
    }

    @Override
    public synchronized void subscribe(AccountId account, String name, boolean subscribed) {
        if (subscribed) {
            holder(account).subscriptions.add(name);
        } else {
            holder(account).subscriptions.remove(name);
        }
        changed(ACCOUNT);
    }

    @Override
    public synchronized View view(AccountId account, MailboxId mailbox) {
        return snapshot(holder(account), box(account, mailbox));
    }

    @Override
    public synchronized Body body(AccountId account, MailboxId mailbox, Message message) {
        MemoryBox.Row row = box(account, mailbox).rows.get(message.uid());
        if (row == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the message is gone");
        }
        return row.body();
    }

    @Override
    public synchronized List<Appended> append(AccountId account, MailboxId mailbox, List<NewMessage> messages) {
        MemoryBox box = box(account, mailbox);
        roomFor(account, messages.stream().mapToLong(m -> m.body().size()).sum(), messages.size());
        box.modSeq++;
        List<Appended> appended = new ArrayList<>();
        for (NewMessage message : messages) {
            long time = now.getAsLong();
            try {
                box.put(new MemoryBox.Row(
                        box.uidNext++,
                        box.modSeq,
                        message.flags(),
                        message.internalDate().orElse(time),
                        time,
                        new MailId(id()),
                        message.body(),
                        Summary.of(message.body().bytes())));
            } catch (java.io.IOException impossible) {
                throw new java.io.UncheckedIOException(impossible);
            }
            appended.add(new Appended(box.uidValidity, box.uidNext - 1));
        }
        changed(box.id);
        if (awayAfterAppend != null) {
            away = awayAfterAppend;
        }
        return appended;
    }

    @Override
    public synchronized Appended replace(
            AccountId account, MailboxId from, long uid, MailboxId to, NewMessage message) {
        MemoryBox source = box(account, from);
        if (!source.rows.containsKey(uid)) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the message to be replaced is gone");
        }
        Appended appended = append(account, to, List.of(message)).getFirst();
        remove(source, List.of(uid));
        return appended;
    }

    @Override
    public synchronized Stored flags(
            AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change, OptionalLong unchangedSince) {
        MemoryBox box = box(account, mailbox);
        List<Long> done = new ArrayList<>();
        List<Long> modified = new ArrayList<>();
        for (long uid : uids) {
            MemoryBox.Row row = box.rows.get(uid);
            if (row != null && row.modSeq() > unchangedSince.orElse(Long.MAX_VALUE)) {
                modified.add(uid);
            } else if (row != null && !change.applyTo(row.flags()).equals(row.flags())) {
                done.add(uid);
            }
        }
        if (!done.isEmpty()) {
            box.modSeq++;
            for (long uid : done) {
                MemoryBox.Row row = box.rows.get(uid);
                if (row != null) {
                    box.put(row.with(box.modSeq, change.applyTo(row.flags())));
                }
            }
            changed(box.id);
        }
        return new Stored(done, modified, box.modSeq);
    }

    @Override
    public synchronized Copied copy(AccountId account, MailboxId from, List<Long> uids, MailboxId to) {
        MemoryBox source = box(account, from);
        MemoryBox target = box(account, to);
        List<Long> old = new ArrayList<>();
        List<Long> made = new ArrayList<>();
        target.modSeq++;
        for (long uid : uids) {
            MemoryBox.Row row = source.rows.get(uid);
            if (row != null) {
                old.add(uid);
                made.add(target.uidNext);
                target.put(new MemoryBox.Row(
                        target.uidNext++,
                        target.modSeq,
                        row.flags(),
                        row.internalDate(),
                        now.getAsLong(),
                        row.mail(),
                        row.body(),
                        row.summary()));
            }
        }
        changed(target.id);
        return new Copied(target.uidValidity, old, made);
    }

    @Override
    public synchronized Copied move(AccountId account, MailboxId from, List<Long> uids, MailboxId to) {
        Copied copied = copy(account, from, uids, to);
        remove(box(account, from), copied.from());
        return copied;
    }

    private void remove(MemoryBox box, List<Long> uids) {
        if (!uids.isEmpty()) {
            box.modSeq++;
            for (long uid : uids) {
                box.rows.remove(uid);
                box.expunged.put(uid, box.modSeq);
            }
            box.snapshot = null;
            changed(box.id);
        }
    }

    @Override
    public synchronized List<Long> expunge(AccountId account, MailboxId mailbox, List<Long> uids) {
        MemoryBox box = box(account, mailbox);
        List<Long> gone = uids.stream()
                .filter(u -> box.rows.containsKey(u) && box.rows.get(u).flags().has(Flags.DELETED))
                .sorted()
                .toList();
        remove(box, gone);
        return gone;
    }

    @Override
    public List<Delivery.Outcome> deliver(Delivery delivery) {
        throw new UnsupportedOperationException(delivery.toString());
    }

    @Override
    public Watch watch(AccountId account, MailboxId mailbox, Runnable changed) {
        Watcher watcher = new Watcher(mailbox, changed);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    @Override
    public void fresh() {
        here();
    }

    @Override
    public void leased() {
        here();
    }

    @Override
    public List<String> verify() {
        return List.of();
    }

    @Override
    public void close() {}
}

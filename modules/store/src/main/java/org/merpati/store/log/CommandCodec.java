package org.merpati.store.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.merpati.journal.level.Release;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.store.FlagChange;
import org.merpati.store.log.Command.Added;
import org.merpati.store.log.Command.Adopt;
import org.merpati.store.log.Command.Annotate;
import org.merpati.store.log.Command.Append;
import org.merpati.store.log.Command.Chunk;
import org.merpati.store.log.Command.Compact;
import org.merpati.store.log.Command.Compare;
import org.merpati.store.log.Command.Content;
import org.merpati.store.log.Command.Copy;
import org.merpati.store.log.Command.Count;
import org.merpati.store.log.Command.Create;
import org.merpati.store.log.Command.Delete;
import org.merpati.store.log.Command.Deliver;
import org.merpati.store.log.Command.Ensure;
import org.merpati.store.log.Command.Expire;
import org.merpati.store.log.Command.Expunge;
import org.merpati.store.log.Command.Fence;
import org.merpati.store.log.Command.Flush;
import org.merpati.store.log.Command.Forget;
import org.merpati.store.log.Command.Grant;
import org.merpati.store.log.Command.Import;
import org.merpati.store.log.Command.Rename;
import org.merpati.store.log.Command.Renew;
import org.merpati.store.log.Command.Replace;
import org.merpati.store.log.Command.Restore;
import org.merpati.store.log.Command.Row;
import org.merpati.store.log.Command.Store;
import org.merpati.store.log.Command.Subscribe;
import org.merpati.store.log.Command.Target;
import org.merpati.store.log.Command.Undelete;
import org.merpati.store.people.Rights;
import org.merpati.store.people.Tally;

/** The binary form of {@link Command}s: a type, a version of that type's form, its fields. */
public final class CommandCodec {
    private CommandCodec() {}

    /**
     * The newest version of a type's form; the second of those that make an account keep more has its quota, that of
     * Expire how long removed messages are kept; the third of Deliver has an explanation. From the third of Append and
     * Replace and the fourth of Deliver on a body is known by its digest.
     */
    private static int newest(int type) {
        return switch (type) {
            case 9, 12 -> 2;
            case 6, 15 -> 3;
            case 7 -> 4;
            default -> 1;
        };
    }

    /**
     * The feature level of a shard from which on its log may hold a command of that form: with the second an account
     * moves between shards, and chosen messages are restored.
     */
    public static int levelOf(byte[] form) {
        return switch (form[0]) {
            case 23, 24, 25, 26, 27 -> 2;
            default -> Release.FIRST;
        };
    }

    public static byte[] encode(Command command) {
        BinaryWriter to = new BinaryWriter(256);
        switch (command) {
            case Ensure c -> ids(head(to, 1).id(c.account().value()), c.ids());
            case Create c ->
                ids(head(to, 2).id(c.account().value()).text(c.name()), c.ids()).text(c.specialUse());
            case Delete c -> head(to, 3).id(c.account().value()).text(c.name());
            case Rename c ->
                ids(head(to, 4).id(c.account().value()).text(c.from()).text(c.to()), c.ids());
            case Subscribe c ->
                head(to, 5).id(c.account().value()).text(c.name()).flag(c.subscribed());
            case Append c -> {
                mailbox(head(to, 6), c.account(), c.mailbox())
                        .varint(c.messages().size());
                c.messages().forEach(added -> added(to, added));
                quota(to, c.quota());
            }
            case Deliver c -> deliver(head(to, 7), c);
            case Store c -> {
                uids(mailbox(head(to, 8), c.account(), c.mailbox()), c.uids());
                to.u8(kind(c.change().kind())).i64(c.unchangedSince());
                c.change().flags().write(to);
            }
            case Copy c -> {
                uids(mailbox(head(to, 9), c.account(), c.from()), c.uids())
                        .id(c.to().value())
                        .flag(c.move());
                quota(to, c.quota());
            }
            case Expunge c -> uids(mailbox(head(to, 10), c.account(), c.mailbox()), c.uids());
            case Chunk c ->
                head(to, 11).id(c.upload()).varint(c.number()).bytes(c.octets().array());
            case Expire c -> head(to, 12).i64(c.keepMillis());
            case Flush c -> head(to, 13);
            case Compare c -> head(to, 14).id(c.id());
            case Renew c -> head(to, 28).varint(c.generation());
            case Replace c -> {
                mailbox(head(to, 15), c.account(), c.from()).varint(c.uid()).id(c.to().value());
                added(to, c.message());
                quota(to, c.quota());
            }
            case Annotate c -> annotations(mailbox(head(to, 18), c.account(), c.mailbox()), c.values());
            case Compact c -> ids(head(to, 17).varint(c.segment()), c.blobs());
            case Grant c -> grant(head(to, 22), c);
            case Count c -> tally(head(to, 21).id(c.account().value()), c.tally());
            case Import c -> rows(head(to, 23), c);
            case Fence c -> head(to, 24).id(c.account().value()).id(c.move()).text(c.to().value());
            case Adopt c -> head(to, 25).id(c.account().value()).id(c.move());
            case Forget c -> head(to, 26).id(c.account().value()).id(c.move());
            case Undelete c -> undelete(head(to, 16), c);
            case Restore c -> restore(head(to, 27), c);
        }
        return to.toByteArray();
    }

    /**
     * Reads a command.
     *
     * @throws IllegalStateException if this program does not know its type or version: the replica must stop
     */
    public static Command decode(byte[] octets) {
        BinaryReader from = new BinaryReader(octets);
        int type = from.u8();
        int version = from.u8();
        if (version < 1 || version > newest(type)) {
            throw unknown(type, version);
        }
        return switch (type) {
            case 1 -> new Ensure(account(from), list(from, BinaryReader::id));
            case 2 -> new Create(account(from), from.text(), list(from, BinaryReader::id), from.text());
            case 3 -> new Delete(account(from), from.text());
            case 4 -> new Rename(account(from), from.text(), from.text(), list(from, BinaryReader::id));
            case 5 -> new Subscribe(account(from), from.text(), from.flag());
            case 6 ->
                new Append(
                        account(from),
                        mailbox(from),
                        list(from, reader -> added(reader, version)),
                        quota(from, version));
            case 7 -> deliver(from, version);
            case 8 -> store(from);
            case 9 ->
                new Copy(account(from), mailbox(from), uids(from), mailbox(from), from.flag(), quota(from, version));
            case 10 -> new Expunge(account(from), mailbox(from), uids(from));
            case 11 -> new Chunk(from.id(), from.count(), new Octets(from.bytes()));
            case 12 -> new Expire(version < 2 ? 0 : from.i64());
            case 13 -> new Flush();
            case 14 -> new Compare(from.id());
            case 28 -> new Renew(from.count());
            case 15 ->
                new Replace(
                        account(from),
                        mailbox(from),
                        from.varint(),
                        mailbox(from),
                        added(from, version),
                        quota(from, version));
            case 16 -> new Undelete(account(from), text(from), from.i64(), quota(from, 2));
            case 18 -> new Annotate(account(from), mailbox(from), annotations(from));
            case 21 -> new Count(account(from), tally(from));
            case 22 ->
                new Grant(account(from), mailbox(from), account(from), kind(from.u8()), new Rights(from.count()));
            case 17 -> new Compact(from.count(), list(from, BinaryReader::id));
            case 23 ->
                new Import(
                        account(from),
                        from.id(),
                        from.count(),
                        list(from, reader -> content(reader).known(new Octets(reader.bytes()))),
                        list(from, CommandCodec::row));
            case 24 -> new Fence(account(from), from.id(), new GroupName(from.text()));
            case 25 -> new Adopt(account(from), from.id());
            case 26 -> new Forget(account(from), from.id());
            case 27 -> new Restore(account(from), list(from, reader -> new Octets(reader.bytes())), quota(from, 2));
            default -> throw unknown(type, version);
        };
    }

    private static IllegalStateException unknown(int type, int version) {
        return new IllegalStateException("the shard's log holds a command of type " + type + ", version " + version
                + ", which this program does not know: run the version that wrote it or a newer one");
    }

    private static BinaryWriter head(BinaryWriter to, int type) {
        return to.u8(type).u8(newest(type));
    }

    private static void quota(BinaryWriter to, Quota quota) {
        to.varint(quota.octets()).varint(quota.messages());
    }

    private static Quota quota(BinaryReader from, int version) {
        return version < 2 ? Quota.NONE : new Quota(from.varint(), from.varint());
    }

    private static BinaryWriter ids(BinaryWriter to, List<Id> ids) {
        to.varint(ids.size());
        ids.forEach(to::id);
        return to;
    }

    private static <T> List<T> list(BinaryReader from, Function<BinaryReader, T> item) {
        List<T> list = new ArrayList<>();
        for (int left = from.count(); left > 0; left--) {
            list.add(item.apply(from));
        }
        return list;
    }

    private static void undelete(BinaryWriter to, Undelete command) {
        to.id(command.account().value()).flag(command.mailbox().isPresent());
        command.mailbox().ifPresent(to::text);
        quota(to.i64(command.since()), command.quota());
    }

    private static Optional<String> text(BinaryReader from) {
        return from.flag() ? Optional.of(from.text()) : Optional.empty();
    }

    private static void restore(BinaryWriter to, Restore command) {
        to.id(command.account().value()).varint(command.names().size());
        command.names().forEach(name -> to.bytes(name.array()));
        quota(to, command.quota());
    }

    private static void annotations(BinaryWriter to, SortedMap<String, Optional<Octets>> values) {
        to.varint(values.size());
        values.forEach((entry, value) -> {
            to.text(entry).flag(value.isPresent());
            value.ifPresent(octets -> to.bytes(octets.array()));
        });
    }

    private static SortedMap<String, Optional<Octets>> annotations(BinaryReader from) {
        SortedMap<String, Optional<Octets>> values = new TreeMap<>();
        for (int left = from.count(); left > 0; left--) {
            String entry = from.text();
            values.put(entry, from.flag() ? Optional.of(new Octets(from.bytes())) : Optional.empty());
        }
        return values;
    }

    private static AccountId account(BinaryReader from) {
        return new AccountId(from.id());
    }

    private static MailboxId mailbox(BinaryReader from) {
        return new MailboxId(from.id());
    }

    private static BinaryWriter mailbox(BinaryWriter to, AccountId account, MailboxId mailbox) {
        return to.id(account.value()).id(mailbox.value());
    }

    /** Ascending UIDs as runs: how many runs, then for each the gap before it and its length. */
    public static BinaryWriter uids(BinaryWriter to, List<Long> uids) {
        BinaryWriter runs = new BinaryWriter();
        int count = 0;
        long last = 0;
        int i = 0;
        while (i < uids.size()) {
            int end = i + 1;
            while (end < uids.size() && uids.get(end) == uids.get(end - 1) + 1) {
                end++;
            }
            runs.varint(uids.get(i) - last).varint(end - i);
            last = uids.get(end - 1);
            count++;
            i = end;
        }
        return to.varint(count).raw(runs.toByteArray(), 0, runs.size());
    }

    public static List<Long> uids(BinaryReader from) {
        return uids(from, Integer.MAX_VALUE);
    }

    /**
     * Reads UIDs that may be made up.
     *
     * @throws Malformed if they are more than a limit
     */
    public static List<Long> uids(BinaryReader from, int limit) {
        List<Long> uids = new ArrayList<>();
        long last = 0;
        for (int left = from.count(); left > 0; left--) {
            long first = last + from.varint();
            int length = from.count();
            if (length > limit - uids.size()) {
                throw new Malformed("a list has more than " + limit + " UIDs");
            }
            for (int i = 0; i < length; i++) {
                uids.add(first + i);
            }
            last = first + length - 1;
        }
        return uids;
    }

    private static void content(BinaryWriter to, Content content) {
        to.id(content.blob()).varint(content.size()).varint(content.chunks());
        to.bytes(content.inline().array());
    }

    /** A body as the first forms have it, which is not known again. */
    private static Content content(BinaryReader from) {
        return new Content(from.id(), from.count(), from.count(), new Octets(from.bytes()), Octets.NONE);
    }

    private static void rows(BinaryWriter to, Import command) {
        to.id(command.account().value()).id(command.move()).varint(command.pass());
        to.varint(command.bodies().size());
        command.bodies().forEach(body -> {
            content(to, body);
            to.bytes(body.digest().array());
        });
        to.varint(command.rows().size());
        command.rows().forEach(row -> row(to, row));
    }

    /** Writes a row; between nodes it has the same form. */
    public static void row(BinaryWriter to, Row row) {
        to.bytes(row.key().array()).flag(row.value().isPresent());
        row.value().ifPresent(value -> to.bytes(value.array()));
    }

    /** Reads a row. */
    public static Row row(BinaryReader from) {
        Octets key = new Octets(from.bytes());
        return new Row(key, from.flag() ? Optional.of(new Octets(from.bytes())) : Optional.empty());
    }

    private static void grant(BinaryWriter to, Grant command) {
        mailbox(to, command.account(), command.mailbox()).id(command.grantee().value());
        to.u8(kind(command.kind())).varint(command.rights().bits());
    }

    private static void tally(BinaryWriter to, Tally tally) {
        to.i64(tally.thing()).u8(tally.side().map(side -> side.ordinal() + 1).orElse(0));
        to.varint(tally.day()).varint(tally.marks().length);
        for (long mark : tally.marks()) {
            to.i64(mark);
        }
    }

    private static Tally tally(BinaryReader from) {
        long thing = from.i64();
        Optional<Tally.Side> side = switch (from.u8()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(Tally.Side.FIRST);
            default -> Optional.of(Tally.Side.SECOND);
        };
        int day = from.count();
        long[] marks = new long[from.count()];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = from.i64();
        }
        return new Tally(thing, side, marks, day);
    }

    private static void hashes(BinaryWriter to, List<Long> hashes) {
        to.varint(hashes.size());
        hashes.forEach(to::i64);
    }

    private static void added(BinaryWriter to, Added added) {
        to.id(added.mail().value());
        content(to, added.content());
        to.bytes(added.content().digest().array());
        hashes(to, added.messageIds());
        added.flags().write(to);
        to.i64(added.internalDate()).bytes(added.summary().array());
    }

    private static Added added(BinaryReader from, int version) {
        MailId mail = new MailId(from.id());
        Content content = content(from);
        return new Added(
                mail,
                version < 3 ? content : content.known(new Octets(from.bytes())),
                list(from, BinaryReader::i64),
                Flags.read(from),
                from.i64(),
                new Octets(from.bytes()));
    }

    private static void deliver(BinaryWriter to, Deliver command) {
        to.id(command.mail().value());
        content(to, command.content());
        hashes(to, command.messageIds());
        to.bytes(command.digest().array()).varint(command.targets().size());
        for (Target target : command.targets()) {
            to.id(target.id().mail().value()).varint(target.id().place());
            to.id(target.account().value()).text(target.prefix()).text(target.mailbox());
            target.flags().write(to);
            to.varint(target.summary());
            quota(to, target.quota());
        }
        to.varint(command.summaries().size());
        command.summaries().forEach(summary -> to.bytes(summary.array()));
        to.text(command.explanation());
    }

    private static Deliver deliver(BinaryReader from, int version) {
        MailId mail = new MailId(from.id());
        Content content = content(from);
        List<Long> messageIds = list(from, BinaryReader::i64);
        Octets digest = new Octets(from.bytes());
        return new Deliver(
                mail,
                version < 4 ? content : content.known(digest),
                messageIds,
                digest,
                list(from, reader -> target(reader, version)),
                list(from, reader -> new Octets(reader.bytes())),
                version < 3 ? "" : from.text());
    }

    private static Target target(BinaryReader from, int version) {
        return new Target(
                new DeliveryId(new MailId(from.id()), from.count()),
                account(from),
                from.text(),
                from.text(),
                Flags.read(from),
                from.count(),
                quota(from, version));
    }

    private static Store store(BinaryReader from) {
        AccountId account = account(from);
        MailboxId mailbox = mailbox(from);
        List<Long> uids = uids(from);
        FlagChange.Kind kind = kind(from.u8());
        long unchangedSince = from.i64();
        return new Store(account, mailbox, uids, new FlagChange(kind, Flags.read(from)), unchangedSince);
    }

    private static int kind(FlagChange.Kind kind) {
        return switch (kind) {
            case SET -> 0;
            case ADD -> 1;
            case REMOVE -> 2;
        };
    }

    private static FlagChange.Kind kind(int code) {
        return switch (code) {
            case 0 -> FlagChange.Kind.SET;
            case 1 -> FlagChange.Kind.ADD;
            case 2 -> FlagChange.Kind.REMOVE;
            default -> throw new IllegalStateException("a flag change of the unknown kind " + code);
        };
    }
}

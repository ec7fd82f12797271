package org.merpati.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.store.people.Rights;
import org.merpati.store.people.Tally;
import org.merpati.vault.BlobRef;
import org.merpati.vault.RowVisitor;

/** The values of a shard's rows. Each begins with the version of its form. */
final class Rows {
    private static final int VERSION = 1;

    private Rows() {}

    private static BinaryReader open(byte[] value) {
        BinaryReader from = new BinaryReader(value);
        version(from, VERSION);
        return from;
    }

    private static int version(BinaryReader from, int newest) {
        int version = from.u8();
        if (version < 1 || version > newest) {
            throw new IllegalStateException("a row has version " + version + " and this program knows " + newest);
        }
        return version;
    }

    private static BinaryWriter start() {
        return new BinaryWriter(96).u8(VERSION);
    }

    /** An account's counters. */
    static final class Account {
        private static final int VERSION = 2;

        long modSeq;
        long uidValidity;
        int mailboxes;
        /** Of all its messages, or -1 where the first form of the row has not counted them. */
        long octets;

        long messages;

        static Account read(byte[] value) {
            BinaryReader from = new BinaryReader(value);
            int version = version(from, VERSION);
            Account account = new Account();
            account.modSeq = from.varint();
            account.uidValidity = from.varint();
            account.mailboxes = from.count();
            account.octets = version < 2 ? -1 : from.varint();
            account.messages = version < 2 ? 0 : from.varint();
            return account;
        }

        byte[] write() {
            return new BinaryWriter(32)
                    .u8(VERSION)
                    .varint(modSeq)
                    .varint(uidValidity)
                    .varint(mailboxes)
                    .varint(octets)
                    .varint(messages)
                    .toByteArray();
        }

        /** Counts a message in (1) or out (-1). */
        void count(int size, int sign) {
            messages += sign;
            octets += (long) sign * size;
        }

        /** Counts what the first form of the row did not. */
        void count(RowScan folders) throws IOException {
            if (octets < 0) {
                octets = 0;
                folders.scan((key, value) -> {
                    Folder folder = Folder.read(Keys.mailboxOf(key), value);
                    octets += folder.octets;
                    messages += folder.messages;
                    return true;
                });
            }
        }
    }

    /** Shows rows. */
    @FunctionalInterface
    interface RowScan {
        void scan(RowVisitor visitor) throws IOException;
    }

    /** A mailbox. */
    static final class Folder {
        final MailboxId id;
        String name = "";
        long uidValidity;
        long uidNext = 1;
        long highestModSeq;
        boolean subscribed;
        boolean selectable = true;
        String specialUse = "";
        int messages;
        int unseen;
        int deleted;
        long octets;
        int keywords;

        Folder(MailboxId id) {
            this.id = id;
        }

        static Folder read(MailboxId id, byte[] value) {
            BinaryReader from = open(value);
            Folder folder = new Folder(id);
            folder.name = from.text();
            folder.uidValidity = from.varint();
            folder.uidNext = from.varint();
            folder.highestModSeq = from.varint();
            folder.subscribed = from.flag();
            folder.selectable = from.flag();
            folder.specialUse = from.text();
            folder.messages = from.count();
            folder.unseen = from.count();
            folder.deleted = from.count();
            folder.octets = from.varint();
            folder.keywords = from.count();
            return folder;
        }

        byte[] write() {
            return start().text(name)
                    .varint(uidValidity)
                    .varint(uidNext)
                    .varint(highestModSeq)
                    .flag(subscribed)
                    .flag(selectable)
                    .text(specialUse)
                    .varint(messages)
                    .varint(unseen)
                    .varint(deleted)
                    .varint(octets)
                    .varint(keywords)
                    .toByteArray();
        }

        /** Counts a message in (1) or out (-1). */
        void count(Hot hot, int sign) {
            messages += sign;
            unseen += hot.flags.has(Flags.SEEN) ? 0 : sign;
            deleted += hot.flags.has(Flags.DELETED) ? sign : 0;
            octets += (long) sign * hot.size;
        }

        Mailbox mailbox() {
            return new Mailbox(
                    id,
                    name,
                    uidValidity,
                    uidNext,
                    highestModSeq,
                    subscribed,
                    selectable,
                    specialUse.isEmpty() ? Optional.empty() : Optional.of(specialUse),
                    messages,
                    unseen,
                    deleted,
                    octets);
        }
    }

    /** What an open mailbox keeps in memory of a message. */
    record Hot(long modSeq, Flags flags, long internalDate, int size) {
        static Hot read(byte[] value) {
            BinaryReader from = open(value);
            long modSeq = from.varint();
            Flags flags = Flags.read(from);
            return new Hot(modSeq, flags, from.i64(), from.count());
        }

        byte[] write() {
            BinaryWriter to = start().varint(modSeq);
            flags.write(to);
            return to.i64(internalDate).varint(size).toByteArray();
        }
    }

    /** What of a message never changes. The body is the prefix and the blob. */
    record Content(
            long savedDate,
            MailId mail,
            MailId thread,
            Id blob,
            String prefix,
            @Nullable DeliveryId delivery,
            Octets summary) {
        static Content read(byte[] value) {
            BinaryReader from = open(value);
            long savedDate = from.i64();
            MailId mail = new MailId(from.id());
            MailId thread = new MailId(from.id());
            Id blob = from.id();
            String prefix = from.text();
            DeliveryId delivery = from.flag() ? new DeliveryId(new MailId(from.id()), from.count()) : null;
            return new Content(savedDate, mail, thread, blob, prefix, delivery, new Octets(from.bytes()));
        }

        byte[] write() {
            BinaryWriter to = start().i64(savedDate)
                    .id(mail.value())
                    .id(thread.value())
                    .id(blob)
                    .text(prefix)
                    .flag(delivery != null);
            if (delivery != null) {
                to.id(delivery.mail().value()).varint(delivery.place());
            }
            return to.bytes(summary.array()).toByteArray();
        }

        Content saved(long millis) {
            return new Content(millis, mail, thread, blob, prefix, delivery, summary);
        }
    }

    /**
     * A blob's references and places; the row outlives its last reference until compaction drops both.
     *
     * @param unused since when nothing refers to it, UTC milliseconds, or 0
     * @param digest the SHA-256 of its octets by which it is found; none of one that is not
     */
    record Blob(int references, int size, long unused, List<BlobRef> pieces, Octets digest) {
        private static final int VERSION = 2;

        static Blob read(byte[] value) {
            BinaryReader from = new BinaryReader(value);
            int version = version(from, VERSION);
            int references = from.count();
            int size = from.count();
            long unused = from.i64();
            List<BlobRef> pieces = new ArrayList<>();
            for (int left = from.count(); left > 0; left--) {
                pieces.add(BlobRef.read(from));
            }
            Octets digest = version < 2 ? Octets.NONE : new Octets(from.bytes());
            return new Blob(references, size, unused, List.copyOf(pieces), digest);
        }

        /** The same, referred to so many times. */
        Blob with(int references, long unused) {
            return new Blob(references, size, unused, pieces, digest);
        }

        /** The same in other places. */
        Blob at(List<BlobRef> places) {
            return new Blob(references, size, unused, List.copyOf(places), digest);
        }

        byte[] write() {
            BinaryWriter to = new BinaryWriter(96).u8(VERSION);
            to.varint(references).varint(size).i64(unused).varint(pieces.size());
            pieces.forEach(piece -> piece.write(to));
            return to.bytes(digest.array()).toByteArray();
        }
    }

    /** What a delivery id led to. */
    record Delivered(long millis, long uid, Octets digest) {
        static Delivered read(byte[] value) {
            BinaryReader from = open(value);
            return new Delivered(from.i64(), from.varint(), new Octets(from.bytes()));
        }

        byte[] write() {
            return start().i64(millis).varint(uid).bytes(digest.array()).toByteArray();
        }
    }

    /** A chunk of an upload. */
    record Piece(long millis, BlobRef place) {
        static Piece read(byte[] value) {
            BinaryReader from = open(value);
            return new Piece(from.i64(), BlobRef.read(from));
        }

        byte[] write() {
            BinaryWriter to = start().i64(millis);
            place.write(to);
            return to.toByteArray();
        }
    }

    /** A message that was removed: all that it takes to have it back in a mailbox of that name. */
    record Removed(String mailbox, Hot hot, Content content) {
        static Removed read(byte[] value) {
            BinaryReader from = open(value);
            String mailbox = from.text();
            Hot hot = Hot.read(from.bytes());
            return new Removed(mailbox, hot, Content.read(from.bytes()));
        }

        byte[] write() {
            return start().text(mailbox)
                    .bytes(hot.write())
                    .bytes(content.write())
                    .toByteArray();
        }
    }

    /** What rows name of a segment of blobs: how many pieces, and how many octets. */
    record Segment(int pieces, long octets) {
        static Segment read(byte[] value) {
            BinaryReader from = open(value);
            return new Segment(from.count(), from.varint());
        }

        byte[] write() {
            return start().varint(pieces).varint(octets).toByteArray();
        }

        /** Counts a piece in (1) or out (-1). */
        Segment with(BlobRef piece, int sign) {
            return new Segment(pieces + sign, octets + (long) sign * piece.length());
        }
    }

    /** Why a message was judged as it was, when it came, and into which mailbox. */
    record Explanation(long millis, String mailbox, String text) {
        static Explanation read(byte[] value) {
            BinaryReader from = open(value);
            return new Explanation(from.varint(), from.text(), from.text());
        }

        byte[] write() {
            return start().varint(millis).text(mailbox).text(text).toByteArray();
        }
    }

    /** A thing that was told to be on a side, and on which day since 1970. */
    record Thing(Tally.Side side, int day) {
        static Thing read(byte[] value) {
            BinaryReader from = open(value);
            return new Thing(from.flag() ? Tally.Side.SECOND : Tally.Side.FIRST, from.count());
        }

        byte[] write() {
            return start().flag(side == Tally.Side.SECOND).varint(day).toByteArray();
        }
    }

    /** How many things of either side bear a mark, and the day on which that was told last. */
    record Mark(int first, int second, int day) {
        static Mark read(byte[] value) {
            BinaryReader from = open(value);
            return new Mark(from.count(), from.count(), from.count());
        }

        byte[] write() {
            return new BinaryWriter(16)
                    .u8(VERSION)
                    .varint(first)
                    .varint(second)
                    .varint(day)
                    .toByteArray();
        }

        /** Counts a thing of a side in (1) or out (-1); what was forgotten in between is not counted out. */
        Mark counted(Tally.Side side, int by, int today) {
            int last = Math.max(day, today);
            return switch (side) {
                case FIRST -> new Mark(Math.max(0, first + by), second, last);
                case SECOND -> new Mark(first, Math.max(0, second + by), last);
            };
        }
    }

    /** What an account's tallies add up to. */
    static final class Sums {
        int first;
        int second;
        int marks;
        int things;

        static Sums read(byte @Nullable [] value) {
            Sums sums = new Sums();
            if (value != null) {
                BinaryReader from = open(value);
                sums.first = from.count();
                sums.second = from.count();
                sums.marks = from.count();
                sums.things = from.count();
            }
            return sums;
        }

        byte[] write() {
            return start().varint(first)
                    .varint(second)
                    .varint(marks)
                    .varint(things)
                    .toByteArray();
        }

        void count(Tally.Side side, int by) {
            switch (side) {
                case FIRST -> first = Math.max(0, first + by);
                case SECOND -> second = Math.max(0, second + by);
            }
        }
    }

    /** An annotation's value. */
    static byte[] annotation(Octets value) {
        return start().bytes(value.array()).toByteArray();
    }

    /** How often the shard went on with one copy. */
    static byte[] generation(int generation) {
        return start().varint(generation).toByteArray();
    }

    /** The same, of its row. */
    static int generation(byte[] row) {
        return open(row).count();
    }

    /** What somebody may do with a mailbox. */
    static byte[] grant(Rights rights) {
        return start().varint(rights.bits()).toByteArray();
    }

    /** The rights of a grant's row. */
    static Rights grant(byte[] row) {
        return new Rights(open(row).count());
    }

    /** The value of an annotation's row. */
    static byte[] annotation(byte[] row) {
        return open(row).bytes();
    }
}

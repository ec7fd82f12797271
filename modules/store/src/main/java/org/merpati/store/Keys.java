package org.merpati.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.store.search.Place;

/**
 * Keys of a shard's rows, big-endian throughout, so that an account is one range and so are a mailbox's messages.
 * An account's keys are {@code A}, the account, a kind, and what the kind needs; the shard's own are {@code S} and a
 * kind.
 */
final class Keys {
    /** An account's counters. */
    static final char ACCOUNT = 'a';
    /** A mailbox by its id. */
    static final char FOLDER = 'b';
    /** A mailbox's id by its name. */
    static final char NAME = 'n';
    /** A name subscribed to. */
    static final char SUBSCRIPTION = 's';
    /** A keyword of a mailbox. */
    static final char KEYWORD = 'k';
    /** What changes of a message: flags and MODSEQ. */
    static final char MESSAGE = 'm';
    /** What stays of a message: ids, place of its body, summary. */
    static final char CONTENT = 'p';
    /** An expunged UID by its MODSEQ. */
    static final char TOMBSTONE = 't';
    /** A delivery id. */
    static final char DELIVERY = 'd';
    /** The conversation of a message id's hash. */
    static final char THREAD = 'h';
    /** Reserved: messages to be sent for the account. */
    static final char OUTBOX = 'x';

    /** A message that was removed and can be had back, by the time of its removal. */
    static final char REMOVED = 'r';

    /** An annotation of a mailbox, or of the account, by its name. */
    static final char ANNOTATION = 'i';

    /** What somebody may do with a mailbox. */
    static final char GRANT = 'g';

    /** The sums of what is counted for an account. */
    static final char TALLIES = 'j';

    /** How often a mark was counted. */
    static final char MARK = 'v';

    /** A thing that was counted. */
    static final char THING = 'w';

    /** Behind every kind of an account. */
    static final char LAST = 0x7f;

    /** Of the shard: a blob's references and places. */
    static final char BLOB = 'b';
    /** A blob by the SHA-256 of its octets. */
    static final char DIGEST = 'd';
    /** A chunk that no command has named yet. */
    static final char UPLOAD = 'u';
    /** A delivery id by its time. */
    static final char EXPIRY = 'e';

    /** A blob that nothing refers to, by the time since when. */
    static final char FREE = 'f';
    /** What is in use of a segment of blobs. */
    static final char SEGMENT = 'g';
    /** The key of a removed message by the time of its removal. */
    static final char REMOVAL = 'r';

    /** A mailbox that somebody may look up, by who may. */
    static final char SHARED = 'l';

    /** How an account stands that moves or has moved. */
    static final char STANDING = 'y';

    /** How often the shard went on with one copy. */
    static final char GENERATION = 'z';

    /** Why a message was judged as it was, by its id, whose beginning is its time. */
    static final char EXPLANATION = 'q';

    /** The length of a key of an account before what follows its kind. */
    static final int ACCOUNT_PREFIX = 1 + Id.BYTES + 1;

    private Keys() {}

    /** The start of the range of all accounts' rows. */
    static byte[] accounts() {
        return new byte[] {'A'};
    }

    /** The first key behind all rows of an account. */
    static byte[] behind(AccountId account) {
        return behind(put(ByteBuffer.allocate(1 + Id.BYTES).put((byte) 'A'), account.value())
                .array());
    }

    private static ByteBuffer put(ByteBuffer to, Id id) {
        return to.putLong(id.high()).putLong(id.low());
    }

    private static ByteBuffer start(AccountId account, char kind, int more) {
        ByteBuffer to = ByteBuffer.allocate(ACCOUNT_PREFIX + more);
        return put(to.put((byte) 'A'), account.value()).put((byte) kind);
    }

    static byte[] account(AccountId account) {
        return start(account, ACCOUNT, 0).array();
    }

    /** The start of the range of all rows of that kind. */
    static byte[] kind(AccountId account, char kind) {
        return start(account, kind, 0).array();
    }

    static byte[] text(AccountId account, char kind, String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return start(account, kind, octets.length).put(octets).array();
    }

    static byte[] mailbox(AccountId account, char kind, MailboxId mailbox) {
        return put(start(account, kind, Id.BYTES), mailbox.value()).array();
    }

    static byte[] keyword(AccountId account, MailboxId mailbox, String lowerCase) {
        byte[] octets = lowerCase.getBytes(StandardCharsets.UTF_8);
        return put(start(account, KEYWORD, Id.BYTES + octets.length), mailbox.value())
                .put(octets)
                .array();
    }

    /** Of the account itself where the mailbox is {@link MailStore#ACCOUNT}. */
    static byte[] annotation(AccountId account, MailboxId mailbox, String entry) {
        byte[] octets = entry.getBytes(StandardCharsets.UTF_8);
        return put(start(account, ANNOTATION, Id.BYTES + octets.length), mailbox.value())
                .put(octets)
                .array();
    }

    static byte[] grant(AccountId account, MailboxId mailbox, AccountId grantee) {
        return put(put(start(account, GRANT, 2 * Id.BYTES), mailbox.value()), grantee.value())
                .array();
    }

    /** Who may, of a grant's key. */
    static AccountId granteeOf(byte[] key) {
        return new AccountId(id(key, ACCOUNT_PREFIX + Id.BYTES));
    }

    static byte[] message(AccountId account, char kind, MailboxId mailbox, long uid) {
        return put(start(account, kind, Id.BYTES + 4), mailbox.value())
                .putInt((int) uid)
                .array();
    }

    static byte[] tombstone(AccountId account, MailboxId mailbox, long modSeq, long uid) {
        return put(start(account, TOMBSTONE, Id.BYTES + 12), mailbox.value())
                .putLong(modSeq)
                .putInt((int) uid)
                .array();
    }

    static byte[] delivery(AccountId account, DeliveryId id) {
        return put(start(account, DELIVERY, Id.BYTES + 4), id.mail().value())
                .putInt(id.place())
                .array();
    }

    static byte[] thread(AccountId account, long hash) {
        return number(account, THREAD, hash);
    }

    static byte[] number(AccountId account, char kind, long number) {
        return start(account, kind, 8).putLong(number).array();
    }

    /** The delivery id of its key. */
    static DeliveryId deliveryOf(byte[] key) {
        return new DeliveryId(
                new MailId(id(key, ACCOUNT_PREFIX)), ByteBuffer.wrap(key).getInt(ACCOUNT_PREFIX + Id.BYTES));
    }

    static byte[] removed(AccountId account, long millis, MailboxId mailbox, long uid) {
        ByteBuffer to = start(account, REMOVED, 8 + Id.BYTES + 4).putLong(millis);
        return put(to, mailbox.value()).putInt((int) uid).array();
    }

    /** The start of the range of an account's messages that were removed then or later. */
    static byte[] removedSince(AccountId account, long millis) {
        return start(account, REMOVED, 8).putLong(millis).array();
    }

    /** The key of a removed message by what names it in its account. */
    static byte[] removed(AccountId account, Octets name) {
        return start(account, REMOVED, name.array().length).put(name.array()).array();
    }

    /** What names a removed message in its account, of its key. */
    static Octets removedName(byte[] key) {
        return new Octets(Arrays.copyOfRange(key, ACCOUNT_PREFIX, key.length));
    }

    /** When a message was removed, of its key. */
    static long removedAt(byte[] key) {
        return ByteBuffer.wrap(key).getLong(ACCOUNT_PREFIX);
    }

    /** The key under which housekeeping finds a removed message's key when its time has come. */
    static byte[] removal(byte[] removed) {
        return shard(REMOVAL, 8 + removed.length)
                .putLong(removedAt(removed))
                .put(removed)
                .array();
    }

    /** The key of the removed message that housekeeping found. */
    static byte[] removedOf(byte[] removal) {
        return Arrays.copyOfRange(removal, 2 + 8, removal.length);
    }

    static byte[] removalBefore(long millis) {
        return shard(REMOVAL, 8).putLong(millis).array();
    }

    private static ByteBuffer shard(char kind, int more) {
        return ByteBuffer.allocate(2 + more).put((byte) 'S').put((byte) kind);
    }

    static byte[] shardKind(char kind) {
        return shard(kind, 0).array();
    }

    static byte[] blob(Id blob) {
        return put(shard(BLOB, Id.BYTES), blob).array();
    }

    /** The blob of its key. */
    static Id blobOf(byte[] key) {
        return id(key, 2);
    }

    static byte[] digest(Octets digest) {
        return shard(DIGEST, digest.array().length).put(digest.array()).array();
    }

    /** The digest of its key. */
    static Octets digestOf(byte[] key) {
        return new Octets(Arrays.copyOfRange(key, 2, key.length));
    }

    static byte[] free(long millis, Id blob) {
        return put(shard(FREE, 8 + Id.BYTES).putLong(millis), blob).array();
    }

    static byte[] freeBefore(long millis) {
        return shard(FREE, 8).putLong(millis).array();
    }

    /** The blob of the key of one that nothing refers to. */
    static Id freeOf(byte[] key) {
        return id(key, 2 + 8);
    }

    static byte[] segment(int number) {
        return shard(SEGMENT, 4).putInt(number).array();
    }

    static byte[] upload(Id upload, int number) {
        return put(shard(UPLOAD, Id.BYTES + 4), upload).putInt(number).array();
    }

    static byte[] shared(AccountId grantee, Place place) {
        ByteBuffer to = put(shard(SHARED, 3 * Id.BYTES), grantee.value());
        return put(put(to, place.account().value()), place.mailbox().value()).array();
    }

    /** The start of the range of the mailboxes that somebody may look up. */
    static byte[] sharedWith(AccountId grantee) {
        return put(shard(SHARED, Id.BYTES), grantee.value()).array();
    }

    /** The mailbox that somebody may look up, of its key. */
    static Place sharedOf(byte[] key) {
        return new Place(new AccountId(id(key, 2 + Id.BYTES)), new MailboxId(id(key, 2 + 2 * Id.BYTES)));
    }

    static byte[] standing(AccountId account) {
        return put(shard(STANDING, Id.BYTES), account.value()).array();
    }

    /** The account of the key of how it stands. */
    static AccountId standingOf(byte[] key) {
        return new AccountId(id(key, 2));
    }

    /** The key of a row of an account of which this follows the account. */
    static byte[] within(AccountId account, Octets rest) {
        return put(ByteBuffer.allocate(1 + Id.BYTES + rest.array().length).put((byte) 'A'), account.value())
                .put(rest.array())
                .array();
    }

    /** What follows the account in a key of its. */
    static Octets restOf(byte[] key) {
        return new Octets(Arrays.copyOfRange(key, 1 + Id.BYTES, key.length));
    }

    static byte[] explanation(DeliveryId id, AccountId account) {
        ByteBuffer to =
                put(shard(EXPLANATION, Id.BYTES + Id.BYTES + 4), id.mail().value());
        return put(to, account.value()).putInt(id.place()).array();
    }

    /** The start of the range of a mail's explanations. */
    static byte[] explanations(MailId mail) {
        return put(shard(EXPLANATION, Id.BYTES), mail.value()).array();
    }

    /** The account of an explanation's key. */
    static AccountId explainedOf(byte[] key) {
        return new AccountId(id(key, 2 + Id.BYTES));
    }

    static byte[] expiry(long millis, AccountId account, DeliveryId id) {
        ByteBuffer to = shard(EXPIRY, 8 + Id.BYTES + Id.BYTES + 4).putLong(millis);
        return put(put(to, account.value()), id.mail().value())
                .putInt(id.place())
                .array();
    }

    static byte[] expiry(long millis) {
        return shard(EXPIRY, 8).putLong(millis).array();
    }

    /** The first key behind all keys that begin with the prefix. */
    static byte[] behind(byte[] prefix) {
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (prefix[i] != (byte) 0xff) {
                byte[] next = Arrays.copyOf(prefix, i + 1);
                next[i]++;
                return next;
            }
        }
        return new byte[] {(byte) 0xff, (byte) 0xff};
    }

    static Id id(byte[] key, int offset) {
        ByteBuffer from = ByteBuffer.wrap(key);
        return new Id(from.getLong(offset), from.getLong(offset + 8));
    }

    /** The account of an account's key. */
    static AccountId accountOf(byte[] key) {
        return new AccountId(id(key, 1));
    }

    /** The mailbox of a key that has one. */
    static MailboxId mailboxOf(byte[] key) {
        return new MailboxId(id(key, ACCOUNT_PREFIX));
    }

    /** The UID at the end of a key. */
    static long uidOf(byte[] key) {
        return Integer.toUnsignedLong(ByteBuffer.wrap(key).getInt(key.length - 4));
    }

    /** The text behind a key's first octets. */
    static String textOf(byte[] key, int offset) {
        return new String(key, offset, key.length - offset, StandardCharsets.UTF_8);
    }
}

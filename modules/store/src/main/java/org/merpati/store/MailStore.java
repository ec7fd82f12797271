package org.merpati.store;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Refused;
import org.merpati.store.people.Rights;
import org.merpati.store.people.Tally;
import org.merpati.store.search.Hit;
import org.merpati.store.search.Where;

/**
 * The mailboxes of one shard, served where its group is led. Every change is on the disks of a majority when its
 * method returns. Names are NFC, levels are separated by {@code /}; INBOX is case-insensitive.
 *
 * <p>All methods throw {@link org.merpati.kernel.TryLater} when this node does not lead the shard (naming the node
 * that does, if known) and {@link Refused} where the sentence of RFC 9051 says NO.
 */
public interface MailStore extends AutoCloseable {
    /** UIDs of changed messages, and those left out because of UNCHANGEDSINCE. */
    record Stored(List<Long> changed, List<Long> modified, long modSeq) {
        public Stored {
            changed = List.copyOf(changed);
            modified = List.copyOf(modified);
        }
    }

    /** A message's new UID (RFC 4315 APPENDUID). */
    record Appended(long uidValidity, long uid) {}

    /** Source UIDs and, at the same places, the UIDs of their copies (RFC 4315 COPYUID). */
    record Copied(long uidValidity, List<Long> from, List<Long> to) {
        public Copied {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    /** The shard. */
    GroupName shard();

    /**
     * Makes sure that the account exists here, with INBOX, Drafts, Sent, Junk, Trash and Archive. Idempotent; costs
     * nothing when it does.
     */
    void ensure(AccountId account);

    /** The account's mailboxes, by name. */
    List<Mailbox> mailboxes(AccountId account);

    /** Names subscribed to, existing or not, by name. */
    List<String> subscriptions(AccountId account);

    /** What the account keeps and how much it may. */
    Usage usage(AccountId account);

    /** The mailbox of that name. */
    Optional<Mailbox> mailbox(AccountId account, String name);

    /** Creates a mailbox and the levels above it. */
    Mailbox create(AccountId account, String name, Set<String> specialUse);

    /** Deletes a mailbox; one that has children stays as a level that cannot be selected. INBOX cannot be deleted. */
    void delete(AccountId account, String name);

    /** Renames a mailbox and its children; of INBOX the messages move and INBOX stays (RFC 9051 §6.3.6). */
    void rename(AccountId account, String from, String to);

    /** What stands for the account itself where annotations are of no mailbox. */
    MailboxId ACCOUNT = new MailboxId(new Id(0, 0));

    /** The annotations of a mailbox, or of {@link #ACCOUNT}, by their names (RFC 5464). */
    SortedMap<String, byte[]> annotations(AccountId account, MailboxId mailbox);

    /**
     * Sets annotations, or takes those away that have no value; all or none.
     *
     * @throws org.merpati.kernel.Refused if they would be too many (LIMIT)
     */
    void annotate(AccountId account, MailboxId mailbox, SortedMap<String, Optional<byte[]>> values);

    /** What stands for everybody where rights are granted (RFC 4314 §2). */
    AccountId ANYONE = new AccountId(new Id(0, 0));

    /** What somebody may do with a mailbox: its owner all, another what she and {@link #ANYONE} are granted. */
    default Rights rights(AccountId who, AccountId account, MailboxId mailbox) {
        if (who.equals(account)) {
            return Rights.ALL;
        }
        SortedMap<AccountId, Rights> acl = acl(account, mailbox);
        return acl.getOrDefault(who, Rights.NONE).plus(acl.getOrDefault(ANYONE, Rights.NONE));
    }

    /** What others than its owner are granted of a mailbox. */
    default SortedMap<AccountId, Rights> acl(AccountId account, MailboxId mailbox) {
        return Collections.emptySortedMap();
    }

    /**
     * Sets, adds or takes away what somebody may do with a mailbox of another. Deleting the mailbox takes all of it
     * away, renaming none; a new mailbox begins with what is granted of the one above it.
     *
     * @throws Refused if it is the owner's own (CANNOT), or granted to too many (LIMIT)
     */
    default void grant(AccountId account, MailboxId mailbox, AccountId grantee, FlagChange.Kind kind, Rights rights) {
        throw new Refused(Refused.Reason.CANNOT, "this store grants nothing");
    }

    /** A mailbox of another that somebody may look up, and all that she may do with it. */
    record Shared(AccountId owner, Mailbox mailbox, Rights rights) {}

    /**
     * Some of the mailboxes of this shard that somebody, or {@link #ANYONE}, is granted to look up, and that are not
     * her own.
     */
    default List<Shared> sharedWith(AccountId who, int limit) {
        return List.of();
    }

    /** Subscribes or unsubscribes a name. */
    void subscribe(AccountId account, String name, boolean subscribed);

    /**
     * The mailbox now. Does not wait for other nodes; call {@link #fresh} first where the answer must include what
     * another leader may have acknowledged.
     */
    View view(AccountId account, MailboxId mailbox);

    /** A message's octets. */
    Body body(AccountId account, MailboxId mailbox, Message message);

    /**
     * Which messages of a mailbox can hold a text, by UID: one that is denied does not hold it, one that is granted may
     * be looked at. Costs little where there is an index; without one every message is granted.
     *
     * @param folded the text as {@link org.merpati.mime.MessageText#fold} has it
     */
    default LongPredicate mayHold(AccountId account, View view, Where where, String folded) {
        return uid -> true;
    }

    /**
     * The account's messages that people mean by some words, each of them or another of its stem, in the header, the
     * text or the attachments; the best first. A message is found within two seconds of its delivery.
     */
    default List<Hit> find(AccountId account, String words, int limit) {
        throw new Refused(Refused.Reason.CANNOT, "this store has no index of words");
    }

    /** Appends messages, all or none. */
    List<Appended> append(AccountId account, MailboxId mailbox, List<NewMessage> messages);

    /**
     * Appends a message and removes the one that it replaces, in one command (RFC 8508).
     *
     * @throws org.merpati.kernel.Refused if that one is gone; nothing is appended then
     */
    Appended replace(AccountId account, MailboxId from, long uid, MailboxId to, NewMessage message);

    /**
     * Changes flags.
     *
     * @param unchangedSince messages with a greater MODSEQ are left out (RFC 7162 §3.1.3)
     */
    Stored flags(AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change, OptionalLong unchangedSince);

    /** Copies messages within the account. UIDs that are gone are passed over. */
    Copied copy(AccountId account, MailboxId from, List<Long> uids, MailboxId to);

    /** Moves messages within the account, in one command. */
    Copied move(AccountId account, MailboxId from, List<Long> uids, MailboxId to);

    /**
     * Removes the messages among the UIDs that have {@code \Deleted}.
     *
     * @return the UIDs removed, ascending
     */
    List<Long> expunge(AccountId account, MailboxId mailbox, List<Long> uids);

    /**
     * A message that was removed and can be had back.
     *
     * @param key names it in its account, greater the later it was removed
     * @param millis when it was removed, milliseconds since 1970 (UTC)
     * @param mailbox the name that its mailbox had
     * @param internalDate of the message, milliseconds since 1970 (UTC)
     * @param size in octets
     * @param summary the binary form of its {@link org.merpati.mime.Summary}
     */
    record Removed(Octets key, long millis, String mailbox, long internalDate, int size, Octets summary) {}

    /**
     * Shows the account's messages that were removed since a time and can be had back, the last removed first.
     *
     * @param before the key of the one behind which to go on; none to begin
     * @param visitor whether it wants to see the next
     */
    default void removed(AccountId account, long sinceMillis, Octets before, Predicate<Removed> visitor) {
        throw new Refused(Refused.Reason.CANNOT, "this store keeps no removed messages");
    }

    /**
     * Brings back removed messages, under new UIDs, into the mailboxes that they were in; those are made again where
     * they are gone.
     *
     * @param mailbox the name of the only mailbox whose messages are meant
     * @param sinceMillis those removed before that time stay removed
     * @return how many
     */
    default int undelete(AccountId account, Optional<String> mailbox, long sinceMillis) {
        throw new Refused(Refused.Reason.CANNOT, "this store keeps no removed messages");
    }

    /**
     * Brings back the removed messages of some keys, under new UIDs, all or none, into the mailboxes that they were in,
     * or INBOX where those are gone. Keys of none are passed over, so that a message comes back once.
     *
     * @return how many
     * @throws Refused if they are too many at once (LIMIT), or the quota does not hold them (OVER_QUOTA)
     */
    default int restore(AccountId account, List<Octets> keys) {
        throw new Refused(Refused.Reason.CANNOT, "this store keeps no removed messages");
    }

    /**
     * Counts a thing for an account.
     *
     * @return whether that changed anything: a thing told twice on the same side counts once
     */
    default boolean count(AccountId account, Tally tally) {
        throw new Refused(Refused.Reason.CANNOT, "this store counts nothing");
    }

    /** How often marks were counted for an account, as this copy has it. */
    default Tally.Counts counts(AccountId account, long[] marks) {
        throw new Refused(Refused.Reason.CANNOT, "this store counts nothing");
    }

    /** Delivers; the outcomes are at the recipients' places. */
    List<Delivery.Outcome> deliver(Delivery delivery);

    /** What became of a mail in an account: the place of the recipient in its envelope, when, and the UID. */
    record Arrival(AccountId account, int place, long millis, long uid) {}

    /**
     * Where a mail was delivered in this shard, as far as this copy has applied; kept for eight days. A mail that came
     * later than an hour after it was made is left to the spool's trace.
     */
    List<Arrival> arrivals(MailId mail);

    /**
     * Why a mail was judged as it was for an account.
     *
     * @param mailbox the name of the one that it was delivered into
     * @param text lines of a header, as they were written for this recipient
     */
    record Explained(AccountId account, String mailbox, String text) {}

    /** Why a mail was judged as it was, for each recipient here, as far as this copy has applied; kept for 90 days. */
    default List<Explained> explanations(MailId mail) {
        return List.of();
    }

    /**
     * Calls back after every change to the mailbox, from a thread that must not be held up; a burst may be told once.
     * Watching {@link #ACCOUNT} is watching all mailboxes of the account, their names, subscriptions and annotations.
     * Also when leadership is lost: the next call then throws {@link org.merpati.kernel.TryLater}.
     */
    Watch watch(AccountId account, MailboxId mailbox, Runnable changed);

    /** Ends a watch. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits until this node is known to lead the shard and to have applied everything acknowledged (ReadIndex). */
    void fresh();

    /** Cheap form of {@link #fresh} that a valid lease satisfies. */
    void leased();

    /**
     * Compares everything with everything: tables, counters, reference counts, blobs and their checksums.
     *
     * @return what is wrong, a sentence each; empty when all is well
     */
    List<String> verify();

    @Override
    void close();
}

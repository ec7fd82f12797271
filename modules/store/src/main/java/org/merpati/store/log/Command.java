package org.merpati.store.log;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.store.FlagChange;
import org.merpati.store.people.Rights;
import org.merpati.store.people.Tally;

/**
 * What a shard's log holds. Names are NFC already, ids were made by the proposer, UIDs ascend; what depends on the
 * state (UIDs, MODSEQs, UIDVALIDITY) is decided when the command is applied. Quotas are those of the directory when
 * the command was proposed.
 */
public sealed interface Command {
    /**
     * A body, here or in chunks that came before.
     *
     * @param digest its SHA-256; none where it is kept even if the shard has these octets already
     */
    record Content(Id blob, int size, int chunks, Octets inline, Octets digest) {
        /** The same, with a digest. */
        public Content known(Octets digest) {
            return new Content(blob, size, chunks, inline, digest);
        }
    }

    /**
     * A message of an {@link Append}; the internal date is -1 where the group's time is meant. The first of its
     * message ids' hashes is its own, the others are of those that it refers to, the nearest first.
     */
    record Added(MailId mail, Content content, List<Long> messageIds, Flags flags, long internalDate, Octets summary) {}

    /** A recipient of a {@link Deliver}; its summary is at a place of the command's list. */
    record Target(
            DeliveryId id, AccountId account, String prefix, String mailbox, Flags flags, int summary, Quota quota) {}

    /** A change of one account, which is made while its mailboxes are in this shard and not on their way. */
    sealed interface OfAccount extends Command {
        /** Whose. */
        AccountId account();
    }

    /** A step of a move of an account from one shard to another. */
    sealed interface OfMove extends Command {
        /** Whose. */
        AccountId account();
    }

    /** A row of an account that moves: what follows the account in its key; no value if it is gone. */
    record Row(Octets key, Optional<Octets> value) {}

    /** Makes the account with its first mailboxes, for which the ids are. */
    record Ensure(AccountId account, List<Id> ids) implements OfAccount {}

    /** Creates a mailbox; there is an id for each level. */
    record Create(AccountId account, String name, List<Id> ids, String specialUse) implements OfAccount {}

    /** Deletes a mailbox. */
    record Delete(AccountId account, String name) implements OfAccount {}

    /** Renames a mailbox; there is an id for each level of the new name. */
    record Rename(AccountId account, String from, String to, List<Id> ids) implements OfAccount {}

    /** Subscribes or unsubscribes a name. */
    record Subscribe(AccountId account, String name, boolean subscribed) implements OfAccount {}

    /** Appends messages, all or none. */
    record Append(AccountId account, MailboxId mailbox, List<Added> messages, Quota quota) implements OfAccount {}

    /**
     * Delivers one body to all recipients or none; the digest is the body's SHA-256. The explanation is kept apart from
     * the message, unless it is empty.
     */
    record Deliver(
            MailId mail,
            Content content,
            List<Long> messageIds,
            Octets digest,
            List<Target> targets,
            List<Octets> summaries,
            String explanation)
            implements Command {}

    /** Changes flags of messages whose MODSEQ is not greater than a bound, or of all if it is -1. */
    record Store(AccountId account, MailboxId mailbox, List<Long> uids, FlagChange change, long unchangedSince)
            implements OfAccount {}

    /** Copies or moves messages. */
    record Copy(AccountId account, MailboxId from, List<Long> uids, MailboxId to, boolean move, Quota quota)
            implements OfAccount {}

    /** Removes messages that have {@code \Deleted}. */
    record Expunge(AccountId account, MailboxId mailbox, List<Long> uids) implements OfAccount {}

    /** Puts a message into a mailbox and takes out the one that it replaces, if that is there. */
    record Replace(AccountId account, MailboxId from, long uid, MailboxId to, Added message, Quota quota)
            implements OfAccount {}

    /** A piece of a body, to be named by a {@link Content} within a day. */
    record Chunk(Id upload, int number, Octets octets) implements Command {}

    /**
     * Drops what is too old.
     *
     * @param keepMillis how long a removed message can be had back
     */
    record Expire(long keepMillis) implements Command {}

    /** Moves blobs out of a segment, and drops it if nothing in it is named any more. */
    record Compact(int segment, List<Id> blobs) implements Command {
        public Compact {
            blobs = List.copyOf(blobs);
        }
    }

    /** Brings back removed messages: those of a mailbox of that name, or all, removed since a time; some at a time. */
    record Undelete(AccountId account, Optional<String> mailbox, long since, Quota quota) implements OfAccount {}

    /** Brings back the removed messages of those names, as far as they are there. */
    record Restore(AccountId account, List<Octets> names, Quota quota) implements OfAccount {
        public Restore {
            names = List.copyOf(names);
        }
    }

    /** Sets annotations by their names, or takes those away that have no value. */
    record Annotate(AccountId account, MailboxId mailbox, SortedMap<String, Optional<Octets>> values)
            implements OfAccount {}

    /** Sets, adds or takes away what somebody may do with a mailbox. */
    record Grant(AccountId account, MailboxId mailbox, AccountId grantee, FlagChange.Kind kind, Rights rights)
            implements OfAccount {}

    /** Counts a thing for an account. */
    record Count(AccountId account, Tally tally) implements OfAccount {}

    /**
     * Takes rows of an account that moves here, with the bodies that they refer to and this shard has not.
     *
     * @param move the move, as all its commands name it
     * @param pass over the rows of before, counted from 1; once one has begun, nothing of an earlier one is taken
     */
    record Import(AccountId account, Id move, int pass, List<Content> bodies, List<Row> rows) implements OfMove {
        public Import {
            bodies = List.copyOf(bodies);
            rows = List.copyOf(rows);
        }
    }

    /** Makes no more changes of an account, which moves to another shard. */
    record Fence(AccountId account, Id move, GroupName to) implements OfMove {}

    /** Has the account, with what was imported of it. */
    record Adopt(AccountId account, Id move) implements OfMove {}

    /** Drops what is left of an account that has moved away, or that does not come after all; some at a time. */
    record Forget(AccountId account, Id move) implements OfMove {}

    /** Begins a checkpoint. */
    record Flush() implements Command {}

    /** Has every copy make digests of what it holds at this entry; changes nothing. */
    record Compare(Id id) implements Command {}

    /**
     * Has clients forget what they know of a shard that lost its majority and went on with one copy; the journal has it
     * carried out before anybody is served.
     *
     * @param generation how often that happened
     */
    record Renew(int generation) implements Command {}
}

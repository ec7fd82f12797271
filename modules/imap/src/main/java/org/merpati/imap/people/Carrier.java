package org.merpati.imap.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Message;
import org.merpati.store.NewMessage;
import org.merpati.store.View;

/**
 * Copies messages where no store can by itself: between accounts, and where not all of their flags may be set. They are
 * appended; what was appended is taken back if not all can be. The worst that a crash leaves is a message in both
 * mailboxes.
 */
public final class Carrier {
    /** How many octets are appended at once; a larger message by itself. */
    private static final long BATCH_OCTETS = 8L * 1024 * 1024;

    private static final int BATCH_MESSAGES = 64;

    private final Logins.Account owner;
    private final MailboxId from;
    private final Reached to;
    private final List<Long> gone = new ArrayList<>();
    private final List<Long> made = new ArrayList<>();
    private final List<Long> batch = new ArrayList<>();
    private final List<NewMessage> messages = new ArrayList<>();
    private long octets;

    /**
     * @param owner whose mailbox they are copied from
     */
    public Carrier(Logins.Account owner, MailboxId from, Reached to) {
        this.owner = owner;
        this.from = from;
        this.to = to;
    }

    /**
     * Copies messages with those of their flags that the rights allow, and their dates, all or none. UIDs that are gone
     * are passed over.
     */
    public MailStore.Copied copy(List<Long> uids) {
        View view = owner.store().view(owner.id(), from);
        try {
            for (long uid : uids) {
                int place = view.place(uid);
                if (place >= 0) {
                    add(uid, view.message(place)).ifPresent(messages::add);
                }
                if (octets >= BATCH_OCTETS || messages.size() == BATCH_MESSAGES) {
                    append();
                }
            }
            append();
        } catch (Failure failure) {
            takeBack();
            throw failure;
        }
        return new MailStore.Copied(to.mailbox().uidValidity(), gone, made);
    }

    private Optional<NewMessage> add(long uid, Message message) {
        try {
            NewMessage copy = new NewMessage(
                    owner.store().body(owner.id(), from, message),
                    Reached.allowed(message.flags(), to.rights()),
                    OptionalLong.of(message.internalDate()));
            batch.add(uid);
            octets += message.size();
            return Optional.of(copy);
        } catch (Refused expunged) {
            return Optional.empty();
        }
    }

    private void append() {
        if (!messages.isEmpty()) {
            append(messages);
            gone.addAll(batch);
            batch.clear();
            messages.clear();
            octets = 0;
        }
    }

    /** In halves where what the store keeps of their headers is too much at once. */
    private void append(List<NewMessage> some) {
        try {
            to.store().append(to.owner().id(), to.mailbox().id(), some).forEach(appended -> made.add(appended.uid()));
        } catch (Refused refused) {
            if (refused.reason() != Refused.Reason.LIMIT || some.size() == 1) {
                throw refused;
            }
            append(some.subList(0, some.size() / 2));
            append(some.subList(some.size() / 2, some.size()));
        }
    }

    private void takeBack() {
        try {
            remove(to.owner(), to.mailbox().id(), made);
        } catch (Failure late) {
            // They stay, twice; the client hears that the copy failed.
        }
    }

    /** Removes messages, whatever their flags. */
    public static void remove(Logins.Account owner, MailboxId mailbox, List<Long> uids) {
        if (!uids.isEmpty()) {
            FlagChange deleted = new FlagChange(FlagChange.Kind.ADD, new Flags(Flags.DELETED, List.of()));
            owner.store().flags(owner.id(), mailbox, uids, deleted, OptionalLong.empty());
            owner.store().expunge(owner.id(), mailbox, uids);
        }
    }
}

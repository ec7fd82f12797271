package org.merpati.imap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.people.Rights;
import org.merpati.store.search.Place;

/** What {@link MemoryStore} keeps of who may do what with whose mailboxes. */
abstract sealed class MemoryGrants implements MailStore permits MemoryStore {
    private final Map<MailboxId, Place> places = new HashMap<>();
    private final Map<MailboxId, TreeMap<AccountId, Rights>> grants = new HashMap<>();

    /** Whether the account has the mailbox. */
    abstract boolean holds(AccountId account, MailboxId mailbox);

    /** A mailbox, or what there is of the account beside them, is not what it was. */
    abstract void changed(MailboxId mailbox);

    /** A mailbox begins with what is granted of the one above it. */
    final void inherit(MailboxId above, MailboxId mailbox) {
        TreeMap<AccountId, Rights> inherited = grants.get(above);
        Place place = places.get(above);
        if (inherited != null && place != null) {
            grants.put(mailbox, new TreeMap<>(inherited));
            places.put(mailbox, new Place(place.account(), mailbox));
        }
    }

    /** A mailbox is gone. */
    final void forget(MailboxId mailbox) {
        grants.remove(mailbox);
        places.remove(mailbox);
    }

    @Override
    public final synchronized SortedMap<AccountId, Rights> acl(AccountId account, MailboxId mailbox) {
        return holds(account, mailbox) ? new TreeMap<>(grants.getOrDefault(mailbox, new TreeMap<>())) : new TreeMap<>();
    }

    @Override
    public final synchronized void grant(
            AccountId account, MailboxId mailbox, AccountId grantee, FlagChange.Kind kind, Rights rights) {
        if (!holds(account, mailbox)) {
            throw new Refused(Refused.Reason.NONEXISTENT, "there is no such mailbox");
        }
        if (grantee.equals(account)) {
            throw new Refused(Refused.Reason.CANNOT, "an owner has every right");
        }
        TreeMap<AccountId, Rights> all = grants.computeIfAbsent(mailbox, id -> new TreeMap<>());
        places.put(mailbox, new Place(account, mailbox));
        Rights before = all.getOrDefault(grantee, Rights.NONE);
        all.put(
                grantee,
                switch (kind) {
                    case SET -> rights;
                    case ADD -> before.plus(rights);
                    case REMOVE -> before.minus(rights);
                });
        all.values().removeIf(Rights::isEmpty);
        changed(mailbox);
    }

    private Optional<Mailbox> row(Place place) {
        return mailboxes(place.account()).stream()
                .filter(mailbox -> mailbox.id().equals(place.mailbox()))
                .findFirst();
    }

    @Override
    public final synchronized List<Shared> sharedWith(AccountId who, int limit) {
        return grants.entrySet().stream()
                .filter(entry -> entry.getValue().getOrDefault(who, Rights.NONE).has('l')
                        || entry.getValue().getOrDefault(ANYONE, Rights.NONE).has('l'))
                .map(entry -> places.get(entry.getKey()))
                .filter(place -> !place.account().equals(who))
                .limit(limit)
                .flatMap(place -> row(place)
                        .map(row -> new Shared(place.account(), row, rights(who, place.account(), place.mailbox())))
                        .stream())
                .toList();
    }
}

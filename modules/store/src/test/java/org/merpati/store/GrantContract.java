package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.merpati.store.Shard.BUDI;
import static org.merpati.store.Shard.SITI;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.store.people.Rights;
import org.merpati.store.search.Place;

/** What every form of {@link MailStore} does with what others may do with a mailbox (RFC 4314). */
interface GrantContract extends StoreContract {
    default void grant(String mailbox, AccountId grantee, FlagChange.Kind kind, String rights) {
        MailboxId id = id(mailbox);
        store().grant(BUDI, id, grantee, kind, Rights.parse(rights));
    }

    default SortedMap<AccountId, Rights> acl(String mailbox) {
        MailboxId id = id(mailbox);
        return store().acl(BUDI, id);
    }

    /** The mailboxes that somebody may look up; the store says of each what she may do there. */
    default List<Place> sharedWith(AccountId who, int limit) {
        List<Place> places = new ArrayList<>();
        for (MailStore.Shared shared : store().sharedWith(who, limit)) {
            MailboxId id = shared.mailbox().id();
            assertThat(shared.rights()).isEqualTo(store().rights(who, shared.owner(), id));
            assertThat(store().mailbox(shared.owner(), shared.mailbox().name())).contains(shared.mailbox());
            places.add(new Place(shared.owner(), id));
        }
        return places;
    }

    @Test
    default void whatIsGrantedIsSetAddedAndTakenAway() {
        owners().ensure(BUDI);
        owners().ensure(SITI);
        grant("Archive", SITI, FlagChange.Kind.SET, "lr");
        grant("Archive", MailStore.ANYONE, FlagChange.Kind.ADD, "p");
        assertThat(acl("Archive")).isEqualTo(Map.of(SITI, Rights.parse("lr"), MailStore.ANYONE, Rights.parse("p")));
        assertThat(acl("INBOX")).isEmpty();
        Place archive = new Place(BUDI, id("Archive"));
        assertThat(store().rights(SITI, BUDI, archive.mailbox())).isEqualTo(Rights.parse("lrp"));
        assertThat(store().rights(new AccountId(new Id(99, 1)), BUDI, archive.mailbox()))
                .isEqualTo(Rights.parse("p"));
        assertThat(store().rights(BUDI, BUDI, archive.mailbox())).isEqualTo(Rights.ALL);
        assertThat(store().rights(SITI, BUDI, id("INBOX"))).isEqualTo(Rights.NONE);
        assertThat(sharedWith(SITI, 10)).containsExactly(archive);
        assertThat(sharedWith(MailStore.ANYONE, 10))
                .as("posting shows nobody that it is there")
                .isEmpty();
        assertThat(sharedWith(BUDI, 10)).isEmpty();

        grant("Archive", SITI, FlagChange.Kind.ADD, "sl");
        grant("Archive", SITI, FlagChange.Kind.REMOVE, "rx");
        assertThat(acl("Archive").get(SITI)).isEqualTo(Rights.parse("ls"));
        grant("Archive", SITI, FlagChange.Kind.REMOVE, "l");
        assertThat(acl("Archive").get(SITI)).isEqualTo(Rights.parse("s"));
        assertThat(sharedWith(SITI, 10)).isEmpty();
        grant("Archive", MailStore.ANYONE, FlagChange.Kind.SET, "l");
        assertThat(sharedWith(MailStore.ANYONE, 10)).containsExactly(archive);
        grant("Archive", MailStore.ANYONE, FlagChange.Kind.SET, "");
        grant("Archive", SITI, FlagChange.Kind.SET, "");
        assertThat(acl("Archive")).isEmpty();
        assertThat(sharedWith(MailStore.ANYONE, 10)).isEmpty();
        assertThat(owners().verify()).isEmpty();
    }

    @Test
    default void grantsGoWithTheirMailboxAndStayOverItsRenaming() {
        owners().ensure(BUDI);
        store().create(BUDI, "Work", Set.of());
        grant("Work", SITI, FlagChange.Kind.SET, "lrswite");
        store().create(BUDI, "Work/2026/May", Set.of());
        MailboxId may = id("Work/2026/May");
        assertThat(acl("Work/2026/May"))
                .as("a mailbox begins with what is granted of the one above it")
                .isEqualTo(Map.of(SITI, Rights.parse("lrswite")));
        assertThat(sharedWith(SITI, 10)).hasSize(3);
        assertThat(sharedWith(SITI, 2)).hasSize(2);

        grant("Work/2026", SITI, FlagChange.Kind.REMOVE, "l");
        store().delete(BUDI, "Work/2026");
        assertThat(acl("Work/2026")).isEmpty();
        store().create(BUDI, "Work/2026", Set.of());
        assertThat(acl("Work/2026")).isEqualTo(Map.of(SITI, Rights.parse("lrswite")));

        store().rename(BUDI, "Work/2026/May", "May");
        assertThat(store().acl(BUDI, may)).isEqualTo(Map.of(SITI, Rights.parse("lrswite")));
        store().delete(BUDI, "May");
        assertThat(store().acl(BUDI, may)).isEmpty();
        assertThat(sharedWith(SITI, 10))
                .hasSize(2)
                .noneMatch(place -> place.mailbox().equals(may));
        store().delete(BUDI, "Work");
        assertThat(acl("Work")).as("a level that only holds others").isEmpty();
        store().create(BUDI, "Work", Set.of());
        assertThat(acl("Work"))
                .as("who was granted the old one is granted nothing")
                .isEmpty();
        assertThat(owners().verify()).isEmpty();
    }

    @Test
    default void grantsHaveALimitAndAnOwnerNeedsNone() {
        owners().ensure(BUDI);
        for (int i = 0; i < Folders.GRANT_LIMIT; i++) {
            grant("INBOX", new AccountId(new Id(99, i)), FlagChange.Kind.SET, "l");
        }
        assertThatThrownBy(() -> grant("INBOX", SITI, FlagChange.Kind.ADD, "l"))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.LIMIT));
        grant("INBOX", new AccountId(new Id(99, 7)), FlagChange.Kind.ADD, "r");
        grant("INBOX", SITI, FlagChange.Kind.REMOVE, "r");
        assertThat(acl("INBOX")).hasSize(Folders.GRANT_LIMIT).doesNotContainKey(SITI);
        grant("INBOX", new AccountId(new Id(99, 7)), FlagChange.Kind.SET, "");
        grant("INBOX", SITI, FlagChange.Kind.SET, "l");
        assertThat(acl("INBOX")).hasSize(Folders.GRANT_LIMIT).containsKey(SITI);

        assertThatThrownBy(() -> grant("INBOX", BUDI, FlagChange.Kind.SET, "l")).hasMessageContaining("owner");
        MailboxId nowhere = new MailboxId(new Id(5, 5));
        assertThatThrownBy(() -> store().grant(BUDI, nowhere, SITI, FlagChange.Kind.SET, Rights.ALL))
                .hasMessageContaining("does not exist");
        assertThat(store().acl(BUDI, nowhere)).isEmpty();
        assertThat(owners().verify()).isEmpty();
    }
}

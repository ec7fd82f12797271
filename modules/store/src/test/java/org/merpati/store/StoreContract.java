package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.merpati.store.Shard.BUDI;
import static org.merpati.store.Shard.SITI;
import static org.merpati.store.Shard.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;

/** What every form of {@link MailStore} does. */
interface StoreContract {
    /** The store; a form may have been crashed and started again since the last call. */
    MailStore store();

    /** The shard as those have it whose mailboxes are in it. */
    default MailStore owners() {
        return store();
    }

    /** Lets time pass for the group. */
    void pass(long millis);

    /** Submits housekeeping. */
    void expire();

    /** How much each account may keep from now on. */
    void quota(Quota each);

    default MailboxId id(String name) {
        return store().mailbox(BUDI, name).orElseThrow().id();
    }

    default View view(String name) {
        MailboxId id = id(name);
        return store().view(BUDI, id);
    }

    default List<Long> uids(View view) {
        return java.util.stream.IntStream.range(0, view.size())
                .mapToObj(place -> view.message(place).uid())
                .toList();
    }

    default String text(String mailbox, long uid) throws Exception {
        View view = view(mailbox);
        Message message = view.message(view.place(uid));
        Body body = store().body(BUDI, view.mailbox().id(), message);
        assertThat(body.size()).isEqualTo(message.size());
        return new String(body.bytes(), StandardCharsets.UTF_8);
    }

    default long append(String mailbox, String text, String... flags) {
        MailboxId id = id(mailbox);
        return store().append(BUDI, id, List.of(message(text, flags)))
                .getFirst()
                .uid();
    }

    @Test
    default void anAccountBeginsWithItsMailboxes() {
        owners().ensure(BUDI);
        owners().ensure(BUDI);
        assertThat(store().mailboxes(BUDI))
                .extracting(Mailbox::name)
                .containsExactly("Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash");
        assertThat(store().mailbox(BUDI, "Sent").orElseThrow().specialUse()).contains("\\Sent");
        assertThat(store().mailbox(BUDI, "inbox")).map(Mailbox::name).contains("INBOX");
        assertThat(store().mailbox(BUDI, "nothing")).isEmpty();
        assertThat(owners().subscriptions(BUDI)).hasSize(6);
        assertThat(store().mailboxes(SITI)).isEmpty();
        assertThat(store().mailboxes(BUDI))
                .extracting(Mailbox::uidValidity)
                .doesNotHaveDuplicates()
                .allMatch(validity -> validity > 0 && validity <= 0xffffffffL);
    }

    @Test
    default void whatIsAppendedIsReadBack() throws Exception {
        owners().ensure(BUDI);
        long first = append("INBOX", "Subject: one\r\n\r\nfirst", "\\Seen", "Work");
        long second = append("INBOX", "Subject: two\r\n\r\nsecond");
        assertThat(second).isEqualTo(first + 1);
        View view = view("INBOX");
        assertThat(view.size()).isEqualTo(2);
        Message message = view.message(0);
        assertThat(message.uid()).isEqualTo(first);
        assertThat(message.flags()).isEqualTo(Flags.of("\\Seen", "Work"));
        assertThat(message.internalDate()).isEqualTo(1_600_000_000_000L);
        assertThat(message.savedDate()).isGreaterThan(1_700_000_000_000L);
        assertThat(message.thread()).isNotNull();
        assertThat(message.summaryOctets().array()).isEqualTo(Shard.summary(new byte[21]));
        assertThat(view.message(1).modSeq()).isGreaterThan(message.modSeq());
        assertThat(view.keywords()).containsExactly("Work");
        assertThat(view.place(first)).isZero();
        assertThat(view.place(second + 1)).isEqualTo(-3);
        Mailbox row = view.mailbox();
        assertThat(row).isEqualTo(store().mailbox(BUDI, "INBOX").orElseThrow());
        assertThat(List.of(row.messages(), row.unseen(), row.deleted())).containsExactly(2, 1, 0);
        assertThat(row.octets()).isEqualTo(21 + 22);
        assertThat(row.uidNext()).isEqualTo(second + 1);
        assertThat(text("INBOX", second)).isEqualTo("Subject: two\r\n\r\nsecond");
    }

    @Test
    default void aBodyIsReadFromAnyOffset() throws Exception {
        owners().ensure(BUDI);
        byte[] octets = new byte[1_300_000];
        new java.util.Random(1).nextBytes(octets);
        MailboxId inbox = id("INBOX");
        NewMessage large = new NewMessage(Body.of(octets), Flags.NONE, OptionalLong.empty());
        assertThat(store().append(BUDI, inbox, List.of(large, message("small"), large)))
                .hasSize(3);
        View view = view("INBOX");
        assertThat(view.message(0).internalDate()).isEqualTo(view.message(0).savedDate());
        Body body = store().body(BUDI, inbox, view.message(2));
        assertThat(body.bytes()).isEqualTo(octets);
        for (int offset : new int[] {0, 1, 262_143, 262_144, 600_000, 1_299_999, 1_300_000}) {
            try (var in = body.open(offset)) {
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(octets, offset, octets.length));
            }
        }
    }

    @Test
    default void appendToNothingIsRefused() {
        owners().ensure(BUDI);
        MailboxId nowhere = new MailboxId(new Id(5, 5));
        assertThatThrownBy(() -> store().append(BUDI, nowhere, List.of(message("x"))))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> store().view(BUDI, nowhere)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().append(SITI, nowhere, List.of(message("x"))))
                .isInstanceOf(Refused.class);
    }

    @Test
    default void flagsAreSetAddedAndRemoved() {
        owners().ensure(BUDI);
        long one = append("INBOX", "1", "\\Seen");
        long two = append("INBOX", "2");
        MailboxId inbox = id("INBOX");
        View before = view("INBOX");
        var add = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Flagged", "$Todo"));
        var stored = store().flags(BUDI, inbox, List.of(two, one, 99L), add, OptionalLong.empty());
        assertThat(stored.changed()).containsExactly(one, two);
        assertThat(stored.modSeq()).isGreaterThan(before.mailbox().highestModSeq());
        assertThat(view("INBOX").mailbox().highestModSeq()).isEqualTo(stored.modSeq());
        assertThat(view("INBOX").message(0).flags()).isEqualTo(Flags.of("\\Seen", "\\Flagged", "$Todo"));
        assertThat(view("INBOX").message(0).modSeq()).isEqualTo(stored.modSeq());
        assertThat(before.message(0).flags()).as("a view is of its instant").isEqualTo(Flags.of("\\Seen"));
        var remove = new FlagChange(FlagChange.Kind.REMOVE, Flags.of("$TODO", "\\Seen"));
        store().flags(BUDI, inbox, List.of(one), remove, OptionalLong.empty());
        assertThat(view("INBOX").message(0).flags()).isEqualTo(Flags.of("\\Flagged"));
        var set = new FlagChange(FlagChange.Kind.SET, Flags.of("\\Deleted", "$tOdO"));
        store().flags(BUDI, inbox, List.of(one), set, OptionalLong.empty());
        assertThat(view("INBOX").message(0).flags()).isEqualTo(Flags.of("\\Deleted", "$Todo"));
        assertThat(view("INBOX").mailbox().deleted()).isEqualTo(1);
        assertThat(view("INBOX").mailbox().unseen()).isEqualTo(2);
        assertThat(store().flags(BUDI, inbox, List.of(one), set, OptionalLong.empty())
                        .changed())
                .as("nothing to change")
                .isEmpty();
    }

    @Test
    default void unchangedSinceLeavesOutWhatChanged() {
        owners().ensure(BUDI);
        long one = append("INBOX", "1");
        long two = append("INBOX", "2");
        MailboxId inbox = id("INBOX");
        long modSeq = view("INBOX").message(0).modSeq();
        var add = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Seen"));
        var stored = store().flags(BUDI, inbox, List.of(one, two), add, OptionalLong.of(modSeq));
        assertThat(stored.changed()).containsExactly(one);
        assertThat(stored.modified()).containsExactly(two);
    }

    @Test
    default void copiesShareTheMessagesIdentity() throws Exception {
        owners().ensure(BUDI);
        long one = append("INBOX", "one", "\\Seen", "Key");
        append("INBOX", "two");
        MailboxId inbox = id("INBOX");
        MailboxId archive = id("Archive");
        var copied = store().copy(BUDI, inbox, List.of(one, 77L), archive);
        assertThat(copied.from()).containsExactly(one);
        assertThat(copied.uidValidity()).isEqualTo(view("Archive").mailbox().uidValidity());
        Message copy = view("Archive").message(0);
        assertThat(copy.uid()).isEqualTo(copied.to().getFirst());
        assertThat(copy.mail()).isEqualTo(view("INBOX").message(0).mail());
        assertThat(copy.flags()).isEqualTo(Flags.of("\\Seen", "Key"));
        assertThat(copy.internalDate()).isEqualTo(view("INBOX").message(0).internalDate());
        assertThat(view("Archive").keywords()).containsExactly("Key");
        assertThat(text("Archive", copy.uid())).isEqualTo("one");
        assertThat(view("INBOX").size()).isEqualTo(2);
    }

    @Test
    default void aCopyIntoTheSameMailboxDoesNotCopyItsCopies() {
        owners().ensure(BUDI);
        long one = append("INBOX", "one");
        MailboxId inbox = id("INBOX");
        assertThat(store().copy(BUDI, inbox, List.of(one, one + 1), inbox).from())
                .containsExactly(one);
        assertThat(store().move(BUDI, inbox, List.of(one, one + 2), inbox).to()).containsExactly(one + 2);
        assertThat(uids(view("INBOX"))).containsExactly(one + 1, one + 2);
    }

    @Test
    default void answersJoinTheConversation() {
        owners().ensure(BUDI);
        append("INBOX", "Message-ID: <a@x>\r\n\r\nhello");
        append("Sent", "message-id: <b@x>\r\nReferences: <z@x>\r\n <a@x>\r\n\r\nanswer");
        append("INBOX", "Message-ID: <c@x>\r\nIn-Reply-To: <b@x>\r\n\r\nanother");
        append("INBOX", "Subject: none\r\n\r\n<a@x>");
        MailId thread = view("INBOX").message(0).thread();
        assertThat(thread).isEqualTo(view("INBOX").message(0).mail());
        assertThat(view("Sent").message(0).thread()).isEqualTo(thread);
        assertThat(view("INBOX").message(1).thread()).isEqualTo(thread);
        assertThat(view("INBOX").message(2).thread()).isNotEqualTo(thread);
    }

    @Test
    default void moveLeavesATombstone() throws Exception {
        owners().ensure(BUDI);
        long one = append("INBOX", "one");
        long two = append("INBOX", "two");
        MailboxId inbox = id("INBOX");
        MailboxId trash = id("Trash");
        long before = view("INBOX").mailbox().highestModSeq();
        var moved = store().move(BUDI, inbox, List.of(one), trash);
        assertThat(moved.from()).containsExactly(one);
        assertThat(uids(view("INBOX"))).containsExactly(two);
        assertThat(view("INBOX").expungedSince(before)).containsExactly(one);
        assertThat(view("INBOX").expungedSince(view("INBOX").mailbox().highestModSeq()))
                .isEmpty();
        assertThat(text("Trash", moved.to().getFirst())).isEqualTo("one");
    }

    @Test
    default void aReplacementComesWithTheEndOfTheOldOne() throws Exception {
        owners().ensure(BUDI);
        long one = append("INBOX", "one");
        MailboxId inbox = id("INBOX");
        long before = view("INBOX").mailbox().highestModSeq();
        var same = store().replace(BUDI, inbox, one, inbox, message("two"));
        assertThat(uids(view("INBOX"))).containsExactly(same.uid());
        assertThat(text("INBOX", same.uid())).isEqualTo("two");
        assertThat(view("INBOX").expungedSince(before)).containsExactly(one);
        assertThatThrownBy(() -> store().replace(BUDI, inbox, one, id("Trash"), message("three")))
                .isInstanceOf(Refused.class);
        assertThat(view("Trash").size()).isZero();
        var other = store().replace(BUDI, inbox, same.uid(), id("Trash"), message("three"));
        assertThat(view("INBOX").size()).isZero();
        assertThat(text("Trash", other.uid())).isEqualTo("three");
        assertThat(owners().verify()).isEmpty();
    }

    @Test
    default void expungeTakesOnlyTheDeletedOfThoseNamed() {
        owners().ensure(BUDI);
        long one = append("INBOX", "1", "\\Deleted");
        long two = append("INBOX", "2");
        long three = append("INBOX", "3", "\\Deleted");
        MailboxId inbox = id("INBOX");
        View before = view("INBOX");
        assertThat(store().expunge(BUDI, inbox, List.of(two, one))).containsExactly(one);
        assertThat(uids(view("INBOX"))).containsExactly(two, three);
        assertThat(uids(before)).containsExactly(one, two, three);
        assertThat(before.expungedSince(0)).isEmpty();
        assertThatThrownBy(() -> store().body(BUDI, inbox, view("INBOX").message(5)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        long four = append("INBOX", "4");
        assertThat(four).as("UIDs are never given twice").isEqualTo(three + 1);
        assertThat(store().expunge(BUDI, inbox, List.of(three))).containsExactly(three);
        assertThat(view("INBOX").expungedSince(0)).containsExactly(one, three);
    }

    @Test
    default void mailboxesAreCreatedWithTheirLevels() {
        owners().ensure(BUDI);
        Mailbox made = store().create(BUDI, "Projekte/2026/Ü", Set.of());
        assertThat(made.name()).isEqualTo("Projekte/2026/Ü");
        assertThat(store().mailboxes(BUDI)).extracting(Mailbox::name).contains("Projekte", "Projekte/2026");
        assertThat(store().mailbox(BUDI, "Projekte/2026/U\u0308"))
                .map(Mailbox::id)
                .contains(made.id());
        assertThatThrownBy(() -> store().create(BUDI, "Projekte/2026/U\u0308", Set.of()))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.reason()).isEqualTo(Refused.Reason.ALREADY_EXISTS));
        assertThatThrownBy(() -> store().create(BUDI, "InBox", Set.of())).isInstanceOf(Refused.class);
        for (String bad : List.of("", "/a", "a/", "a//b", "a*b", "a%", "a\u0001", "x".repeat(1001))) {
            assertThatThrownBy(() -> store().create(BUDI, bad, Set.of()))
                    .as(bad)
                    .isInstanceOf(Refused.class);
        }
        assertThat(store().create(BUDI, "Templates", Set.of("\\Drafts")).specialUse())
                .contains("\\Drafts");
    }

    @Test
    default void deletedMailboxesComeBackUnderANewUidValidity() {
        owners().ensure(BUDI);
        Mailbox first = store().create(BUDI, "A/B", Set.of());
        append("A/B", "x");
        store().delete(BUDI, "A/B");
        assertThat(store().mailbox(BUDI, "A/B")).isEmpty();
        assertThatThrownBy(() -> store().view(BUDI, first.id())).isInstanceOf(Refused.class);
        Mailbox second = store().create(BUDI, "A/B", Set.of());
        assertThat(second.uidValidity()).isGreaterThan(first.uidValidity());
        assertThat(second.messages()).isZero();
        assertThatThrownBy(() -> store().delete(BUDI, "inbox")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().delete(BUDI, "none")).isInstanceOf(Refused.class);
    }

    @Test
    default void aDeletedParentStaysAsALevel() {
        owners().ensure(BUDI);
        store().create(BUDI, "A/B", Set.of());
        append("A", "x", "Word");
        MailboxId parent = id("A");
        long validity = view("A").mailbox().uidValidity();
        store().delete(BUDI, "A");
        assertThat(store().mailbox(BUDI, "A").orElseThrow().selectable()).isFalse();
        assertThatThrownBy(() -> store().view(BUDI, parent)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().append(BUDI, parent, List.of(message("x"))))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().delete(BUDI, "A")).isInstanceOf(Refused.class);
        assertThat(store().create(BUDI, "A", Set.of()).uidValidity()).isGreaterThan(validity);
        assertThat(view("A").size()).isZero();
        assertThat(view("A").keywords()).isEmpty();
    }

    @Test
    default void renameTakesTheChildrenAlong() throws Exception {
        owners().ensure(BUDI);
        store().create(BUDI, "A/B/C", Set.of());
        store().create(BUDI, "AB", Set.of());
        long uid = append("A/B/C", "deep");
        MailboxId deep = id("A/B/C");
        store().rename(BUDI, "A", "X/Y");
        assertThat(store().mailboxes(BUDI))
                .extracting(Mailbox::name)
                .contains("X", "X/Y", "X/Y/B", "X/Y/B/C", "AB")
                .doesNotContain("A", "A/B");
        assertThat(id("X/Y/B/C")).isEqualTo(deep);
        assertThat(view("X/Y/B/C").mailbox().name()).isEqualTo("X/Y/B/C");
        assertThat(text("X/Y/B/C", uid)).isEqualTo("deep");
        assertThatThrownBy(() -> store().rename(BUDI, "X", "X/Y/Z")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().rename(BUDI, "X", "AB")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().rename(BUDI, "none", "Q")).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().rename(BUDI, "X", "y".repeat(999))).isInstanceOf(Refused.class);
        assertThat(store().mailbox(BUDI, "X")).isPresent();
    }

    @Test
    default void renameOfInboxMovesItsMessages() throws Exception {
        owners().ensure(BUDI);
        append("INBOX", "one");
        append("INBOX", "two");
        store().create(BUDI, "INBOX/Sub", Set.of());
        store().rename(BUDI, "INBOX", "Old/Mail");
        assertThat(view("INBOX").size()).isZero();
        assertThat(view("Old/Mail").size()).isEqualTo(2);
        assertThat(store().mailbox(BUDI, "inbox/Sub")).isPresent();
        assertThat(text("Old/Mail", view("Old/Mail").message(1).uid())).isEqualTo("two");
    }

    @Test
    default void subscriptionsAreNames() {
        owners().ensure(BUDI);
        owners().subscribe(BUDI, "not/there", true);
        owners().subscribe(BUDI, "Junk", false);
        assertThat(owners().subscriptions(BUDI)).contains("not/there", "INBOX").doesNotContain("Junk");
        assertThat(store().mailbox(BUDI, "Junk").orElseThrow().subscribed()).isFalse();
        assertThat(view("Junk").mailbox().subscribed()).isFalse();
        assertThat(store().create(BUDI, "not/there", Set.of()).subscribed()).isTrue();
        owners().subscribe(BUDI, "not/there", false);
        owners().subscribe(BUDI, "not/there", false);
        assertThat(store().mailbox(BUDI, "not/there").orElseThrow().subscribed())
                .isFalse();
    }

    default Delivery delivery(MailId mail, String body) {
        return new Delivery(
                mail,
                Body.of(body.getBytes(StandardCharsets.UTF_8)),
                List.of(
                        new Delivery.Recipient(
                                new DeliveryId(mail, 0), BUDI, "Delivered-To: bü\r\n", "Lists", Flags.NONE),
                        new Delivery.Recipient(new DeliveryId(mail, 1), SITI, "", "inbox", Flags.of("\\Flagged"))));
    }

    @Test
    default void aDeliveryReachesAllAndIsRepeatedWithoutAHarm() throws Exception {
        MailId mail = new MailId(new Id(1_750_000_000_000L << 16, 1));
        var first = owners().deliver(delivery(mail, "Subject: hello\r\n\r\nbody"));
        assertThat(first)
                .containsExactly(new Delivery.Outcome.Delivered(1, false), new Delivery.Outcome.Delivered(1, false));
        assertThat(text("INBOX", 1)).isEqualTo("Delivered-To: bü\r\nSubject: hello\r\n\r\nbody");
        MailboxId sitis = store().mailbox(SITI, "INBOX").orElseThrow().id();
        Message message = store().view(SITI, sitis).message(0);
        assertThat(message.flags()).isEqualTo(Flags.of("\\Flagged"));
        assertThat(message.mail()).isEqualTo(mail);
        assertThat(store().body(SITI, sitis, message).size()).isEqualTo(22);
        var second = owners().deliver(delivery(mail, "Subject: hello\r\n\r\nbody"));
        assertThat(second)
                .containsExactly(new Delivery.Outcome.Delivered(1, true), new Delivery.Outcome.Delivered(1, true));
        assertThat(view("INBOX").size()).isEqualTo(1);
        assertThat(owners().arrivals(mail))
                .extracting(arrival -> arrival.account() + " " + arrival.place() + " " + arrival.uid())
                .containsExactlyInAnyOrder(BUDI + " 0 1", SITI + " 1 1");
        assertThat(owners().arrivals(new MailId(new Id(1_750_000_000_000L << 16, 2))))
                .isEmpty();
        var other = owners().deliver(delivery(mail, "Subject: another\r\n\r\nbody"));
        assertThat(other)
                .as("the same id with other octets is stored")
                .containsExactly(new Delivery.Outcome.Delivered(2, false), new Delivery.Outcome.Delivered(2, false));
    }

    @Test
    default void aDeliveryIdOutlivesItsEightDaysInTheMessage() {
        MailId mail = new MailId(new Id(1_750_000_000_000L << 16, 1));
        owners().deliver(delivery(mail, "x"));
        pass(9L * 24 * 3600 * 1000);
        expire();
        assertThat(owners().deliver(delivery(mail, "x")).getFirst()).isEqualTo(new Delivery.Outcome.Delivered(1, true));
        assertThat(view("INBOX").size()).isEqualTo(1);
    }

    @Test
    default void changesAreToldAndBurstsEnd() {
        owners().ensure(BUDI);
        MailboxId inbox = id("INBOX");
        MailStore store = store();
        AtomicInteger calls = new AtomicInteger();
        try (MailStore.Watch watch = store.watch(BUDI, inbox, calls::incrementAndGet)) {
            assertThat(watch).isNotNull();
            store.append(BUDI, inbox, List.of(message("x")));
            Await.until("the change is told", () -> calls.get() > 0);
        }
        store.fresh();
        store.leased();
        assertThat(store.shard().value()).isEqualTo("shard-1");
        assertThat(Optional.of(owners().verify())).contains(List.of());
    }
}

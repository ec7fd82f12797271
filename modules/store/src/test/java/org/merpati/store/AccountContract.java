package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.merpati.store.Shard.BUDI;
import static org.merpati.store.Shard.SITI;
import static org.merpati.store.Shard.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.store.people.Tally;

/** What every form of {@link MailStore} does with what an account keeps, and with what was removed from it. */
interface AccountContract extends StoreContract {
    @Test
    default void anAccountKeepsNoMoreThanItsQuota() throws Exception {
        owners().ensure(BUDI);
        quota(new Quota(100, 0));
        long one = append("INBOX", "x".repeat(60));
        assertThatThrownBy(() -> append("Sent", "x".repeat(41)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.OVER_QUOTA))
                .hasMessageContaining("full");
        MailboxId inbox = id("INBOX");
        MailboxId trash = id("Trash");
        assertThatThrownBy(() -> store().copy(BUDI, inbox, List.of(one), trash)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> store().append(BUDI, inbox, List.of(message("x".repeat(20)), message("x".repeat(21)))))
                .isInstanceOf(Refused.class);
        assertThat(store().usage(BUDI)).isEqualTo(new Usage(60, 1, new Quota(100, 0)));
        assertThat(view("INBOX").size()).isEqualTo(1);

        long replaced = store().replace(BUDI, inbox, one, trash, message("x".repeat(100)))
                .uid();
        assertThat(store().usage(BUDI).octets()).isEqualTo(100);
        assertThatThrownBy(() -> store().replace(BUDI, trash, replaced, trash, message("x".repeat(101))))
                .isInstanceOf(Refused.class);
        long moved = store().move(BUDI, trash, List.of(replaced), inbox).to().getFirst();
        store().flags(BUDI, inbox, List.of(moved), adding("\\Deleted"), OptionalLong.empty());
        quota(new Quota(50, 0));
        store().flags(BUDI, inbox, List.of(moved), adding("\\Seen"), OptionalLong.empty());
        assertThat(store().usage(BUDI)).isEqualTo(new Usage(100, 1, new Quota(50, 0)));
        store().expunge(BUDI, inbox, List.of(moved));
        assertThat(store().usage(BUDI)).isEqualTo(new Usage(0, 0, new Quota(50, 0)));

        quota(new Quota(0, 2));
        append("INBOX", "1");
        append("INBOX", "2");
        assertThatThrownBy(() -> append("INBOX", "3")).hasMessageContaining("2 messages of 2");
        store().delete(BUDI, "Sent");
        store().rename(BUDI, "INBOX", "Old");
        assertThat(store().usage(BUDI).messages()).isEqualTo(2);
        store().delete(BUDI, "Old");
        assertThat(store().usage(BUDI)).isEqualTo(new Usage(0, 0, new Quota(0, 2)));
    }

    private static FlagChange adding(String flag) {
        return new FlagChange(FlagChange.Kind.ADD, Flags.of(flag));
    }

    @Test
    default void aDeliveryWaitsForRoomAndTheOthersGetTheirs() {
        quota(new Quota(100, 0));
        owners().ensure(BUDI);
        append("INBOX", "x".repeat(90));
        MailId mail = new MailId(new Id(1_750_000_000_000L << 16, 77));
        Delivery delivery = new Delivery(
                mail,
                Body.of("x".repeat(20).getBytes(StandardCharsets.UTF_8)),
                List.of(
                        new Delivery.Recipient(new DeliveryId(mail, 0), BUDI, "", "INBOX", Flags.NONE),
                        new Delivery.Recipient(new DeliveryId(mail, 1), SITI, "", "INBOX", Flags.NONE)));
        assertThat(owners().deliver(delivery))
                .satisfiesExactly(
                        full -> assertThat(full)
                                .isInstanceOfSatisfying(
                                        Delivery.Outcome.Deferred.class,
                                        deferred -> assertThat(deferred.why()).contains("full")),
                        stored -> assertThat(stored).isEqualTo(new Delivery.Outcome.Delivered(1, false)));
        quota(new Quota(110, 0));
        assertThat(owners().deliver(delivery))
                .containsExactly(new Delivery.Outcome.Delivered(2, false), new Delivery.Outcome.Delivered(1, true));
        assertThat(store().usage(BUDI).octets()).isEqualTo(110);
        assertThat(owners().deliver(delivery))
                .as("what is there already is not counted again")
                .containsExactly(new Delivery.Outcome.Delivered(2, true), new Delivery.Outcome.Delivered(1, true));
    }

    @Test
    default void whyAMessageWasJudgedAsItWasOutlivesItForNinetyDays() {
        owners().ensure(BUDI);
        MailId mail = new MailId(new Id(1_750_000_000_000L << 16, 78));
        String prefix = "X-Spam-Flag: YES\r\n";
        owners().deliver(new Delivery(
                mail,
                Body.of("Subject: win\r\n\r\n".getBytes(StandardCharsets.UTF_8)),
                List.of(new Delivery.Recipient(new DeliveryId(mail, 0), BUDI, prefix, "Junk", Flags.NONE)),
                "X-Spam-Score: 7.0\r\n"));
        MailStore.Explained explained = new MailStore.Explained(BUDI, "Junk", prefix + "X-Spam-Score: 7.0\r\n");
        assertThat(owners().explanations(mail)).containsExactly(explained);
        assertThat(owners().explanations(new MailId(new Id(1_750_000_000_000L << 16, 79))))
                .isEmpty();
        long uid = view("Junk").message(0).uid();
        store().flags(BUDI, id("Junk"), List.of(uid), adding("\\Deleted"), OptionalLong.empty());
        store().expunge(BUDI, id("Junk"), List.of(uid));
        long day = 86_400_000L;
        pass(89 * day);
        expire();
        assertThat(owners().explanations(mail)).containsExactly(explained);
        pass(2 * day);
        expire();
        assertThat(owners().explanations(mail)).isEmpty();
    }

    @Test
    default void aThingCountsOnceOnTheSideThatItIsOnNow() {
        owners().ensure(BUDI);
        long[] marks = {1, -2, 3};
        assertThat(owners().count(BUDI, new Tally(7, Optional.of(Tally.Side.FIRST), marks, 1)))
                .isTrue();
        assertThat(owners().count(BUDI, new Tally(7, Optional.of(Tally.Side.FIRST), marks, 2)))
                .isFalse();
        owners().count(BUDI, new Tally(8, Optional.of(Tally.Side.SECOND), new long[] {3, 4}, 2));
        Tally.Counts counts = owners().counts(BUDI, new long[] {-2, 3, 4, 5});
        assertThat(counts.first()).isEqualTo(1);
        assertThat(counts.second()).isEqualTo(1);
        assertThat(counts.ofFirst()).containsExactly(1, 1, 0, 0);
        assertThat(counts.ofSecond()).containsExactly(0, 1, 1, 0);

        owners().count(BUDI, new Tally(7, Optional.of(Tally.Side.SECOND), marks, 3));
        assertThat(owners().counts(BUDI, new long[] {3}).ofFirst()).containsExactly(0);
        assertThat(owners().counts(BUDI, new long[] {3}).ofSecond()).containsExactly(2);
        owners().count(BUDI, new Tally(7, Optional.empty(), marks, 3));
        owners().count(BUDI, new Tally(8, Optional.empty(), new long[] {3, 4}, 3));
        assertThat(owners().counts(BUDI, new long[] {3, 4}).ofSecond()).containsExactly(0, 0);
        assertThat(owners().counts(BUDI, new long[0]).second()).isZero();
        assertThat(owners().counts(SITI, marks).ofFirst()).containsExactly(0, 0, 0);
    }

    @Test
    default void whatWasRemovedComesBackUnderNewUids() throws Exception {
        owners().ensure(BUDI);
        store().create(BUDI, "Work/Old", Set.of());
        long kept = append("INBOX", "kept", "\\Seen");
        long one = append("INBOX", "one", "\\Flagged", "\\Deleted");
        append("Work/Old", "two", "$Label");
        store().expunge(BUDI, id("INBOX"), List.of(one));
        store().delete(BUDI, "Work/Old");
        assertThat(store().usage(BUDI).messages()).isEqualTo(1);
        assertThat(removed(0))
                .extracting(MailStore.Removed::mailbox, MailStore.Removed::size)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("INBOX", 3),
                        org.assertj.core.groups.Tuple.tuple("Work/Old", 3));
        assertThat(owners().verify()).isEmpty();

        assertThat(owners().undelete(BUDI, Optional.of("inbox"), 0)).isEqualTo(1);
        View inbox = view("INBOX");
        assertThat(inbox.size()).isEqualTo(2);
        assertThat(inbox.message(0).uid()).isEqualTo(kept);
        Message back = inbox.message(1);
        assertThat(back.uid()).isGreaterThan(one);
        assertThat(back.flags()).isEqualTo(Flags.of("\\Flagged"));
        assertThat(store().body(BUDI, id("INBOX"), back).bytes()).isEqualTo("one".getBytes(StandardCharsets.UTF_8));

        quota(new Quota(0, 2));
        assertThatThrownBy(() -> owners().undelete(BUDI, Optional.empty(), 0)).hasMessageContaining("quota");
        quota(Quota.NONE);
        assertThat(owners().undelete(BUDI, Optional.empty(), 0)).isEqualTo(1);
        assertThat(view("Work/Old").message(0).flags().keywords()).containsExactly("$Label");
        assertThat(removed(0)).isEmpty();
        assertThat(owners().undelete(BUDI, Optional.empty(), 0)).isZero();
    }

    private List<MailStore.Removed> removed(long since) {
        List<MailStore.Removed> removed = new ArrayList<>();
        owners().removed(BUDI, since, Octets.NONE, removed::add);
        return removed;
    }

    @Test
    default void whatWasRemovedIsShownFromTheLastOnPageByPage() {
        owners().ensure(BUDI);
        owners().ensure(SITI);
        List<Long> uids = IntStream.range(0, 25)
                .mapToObj(i -> append("INBOX", "x".repeat(i + 1), "\\Deleted"))
                .toList();
        store().expunge(BUDI, id("INBOX"), uids.subList(0, 20));
        pass(60_000);
        for (long uid : uids.subList(20, 25)) {
            store().expunge(BUDI, id("INBOX"), List.of(uid));
            pass(1000);
        }
        List<Integer> sizes = new ArrayList<>();
        Octets[] last = {Octets.NONE};
        for (int page = 0; page < 5; page++) {
            int end = sizes.size() + 5;
            owners().removed(BUDI, 0, last[0], removed -> {
                sizes.add(removed.size());
                last[0] = removed.key();
                assertThat(removed.internalDate()).isEqualTo(1_600_000_000_000L);
                return sizes.size() < end;
            });
        }
        assertThat(sizes)
                .isEqualTo(IntStream.rangeClosed(1, 25).mapToObj(i -> 26 - i).toList());
        owners().removed(BUDI, 0, last[0], removed -> {
            throw new AssertionError("more than were removed");
        });
        long since = removed(0).get(2).millis();
        assertThat(removed(since)).extracting(MailStore.Removed::size).containsExactly(25, 24, 23);
        owners().removed(SITI, 0, Octets.NONE, removed -> {
            throw new AssertionError("another's");
        });
    }

    @Test
    default void chosenMessagesComeBackOnceAllOrNone() throws Exception {
        owners().ensure(BUDI);
        owners().ensure(SITI);
        store().create(BUDI, "Work", Set.of());
        long one = append("INBOX", "one", "\\Deleted", "\\Seen");
        append("Work", "two");
        append("Sent", "three");
        store().expunge(BUDI, id("INBOX"), List.of(one));
        store().delete(BUDI, "Work");
        store().delete(BUDI, "Sent");
        List<Octets> keys = removed(0).stream().map(MailStore.Removed::key).toList();
        assertThat(keys).hasSize(3);
        assertThat(owners().restore(SITI, keys)).as("another's").isZero();

        quota(new Quota(0, 2));
        assertThatThrownBy(() -> owners().restore(BUDI, keys))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Refused.Reason.OVER_QUOTA));
        assertThat(removed(0)).hasSize(3);
        assertThat(view("INBOX").size()).isZero();
        quota(Quota.NONE);
        store().create(BUDI, "Sent", Set.of());
        List<Octets> withRepeats = new ArrayList<>(keys);
        withRepeats.addAll(keys);
        assertThat(owners().restore(BUDI, withRepeats)).isEqualTo(3);
        assertThat(owners().restore(BUDI, keys)).as("a second time").isZero();
        assertThat(view("Sent").size()).isEqualTo(1);
        View inbox = view("INBOX");
        assertThat(inbox.size())
                .as("its own and that of the mailbox that is gone")
                .isEqualTo(2);
        assertThat(inbox.message(0).uid()).isGreaterThan(one);
        assertThat(owners().restore(BUDI, List.of(Octets.NONE, new Octets(new byte[500]))))
                .isZero();
        List<Octets> many = Collections.nCopies(Messages.UNDELETE_LIMIT + 1, keys.getFirst());
        assertThatThrownBy(() -> owners().restore(BUDI, many)).hasMessageContaining("at once");
        assertThat(owners().verify()).isEmpty();
    }

    @Test
    default void aRemovedMessageIsDroppedWhenItsTimeHasCome() {
        owners().ensure(BUDI);
        long one = append("INBOX", "one", "\\Deleted");
        store().expunge(BUDI, id("INBOX"), List.of(one));
        pass(Shard.KEPT.toMillis() - 1000);
        long two = append("INBOX", "two", "\\Deleted");
        store().expunge(BUDI, id("INBOX"), List.of(two));
        expire();
        assertThat(removed(0)).hasSize(2);
        pass(2000);
        expire();
        assertThat(removed(0))
                .singleElement()
                .satisfies(left -> assertThat(left.size()).isEqualTo(3));
        assertThat(owners().undelete(BUDI, Optional.empty(), 0)).isEqualTo(1);
        assertThat(owners().verify()).isEmpty();
    }

    @Test
    default void moreIsBroughtBackThanOneCommandHolds() {
        owners().ensure(BUDI);
        int many = 2 * Messages.UNDELETE_LIMIT + 1;
        List<NewMessage> messages = IntStream.range(0, many)
                .mapToObj(i -> message(Integer.toString(i), "\\Deleted"))
                .toList();
        List<Long> uids = store().append(BUDI, id("INBOX"), messages).stream()
                .map(MailStore.Appended::uid)
                .toList();
        store().expunge(BUDI, id("INBOX"), uids);
        assertThat(owners().undelete(BUDI, Optional.empty(), 0)).isEqualTo(many);
        assertThat(view("INBOX").size()).isEqualTo(many);
        assertThat(store().usage(BUDI).messages()).isEqualTo(many);
    }
}

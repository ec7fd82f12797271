package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.DeliveryId;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;

/** The states of an account that moves, as docs/mailbox-log.md has them. */
class MigrationTest {
    private static final Id MOVE = new Id(7, 1);
    private static final Id OTHER_MOVE = new Id(7, 2);
    private static final GroupName TO = GroupName.shard(2);

    @TempDir
    Path temp;

    private Shard from;
    private Shard to;

    @BeforeEach
    void open() {
        from = new Shard(temp.resolve("from"), 1);
        to = new Shard(temp.resolve("to"), 2);
        from.store().ensure(Shard.BUDI);
        from.store().append(Shard.BUDI, inbox(from), List.of(Shard.message("one"), Shard.message("x".repeat(700_000))));
    }

    @AfterEach
    void close() {
        from.close();
        to.close();
    }

    private static MailboxId inbox(Shard shard) {
        return shard.store().mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
    }

    private int pull(boolean last) {
        return to.moves().pull(from.moves().origin(), Shard.BUDI, MOVE, last, octets -> {});
    }

    private void moved() {
        from.moves().origin().fence(Shard.BUDI, MOVE, TO);
        pull(true);
        to.moves().adopt(Shard.BUDI, MOVE);
    }

    private static Delivery delivery(long number) {
        MailId mail = new MailId(new Id(1_750_000_000_000L << 16, number));
        return new Delivery(
                mail,
                Body.of("text".getBytes(StandardCharsets.UTF_8)),
                List.of(
                        new Delivery.Recipient(new DeliveryId(mail, 0), Shard.BUDI, "", "INBOX", Flags.NONE),
                        new Delivery.Recipient(new DeliveryId(mail, 1), Shard.SITI, "", "INBOX", Flags.NONE)));
    }

    @Test
    void whatIsInBothShardsAlreadyIsNotOverwritten() {
        to.store().ensure(Shard.BUDI);
        assertThatThrownBy(() -> pull(false))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("is in this shard already");
        assertThat(to.store().mailboxes(Shard.BUDI)).hasSize(6);
    }

    @Test
    void aFencedAccountChangesNoMoreAndOthersAreServed() throws InterruptedException {
        from.store().ensure(Shard.SITI);
        MailboxId inbox = inbox(from);
        CountDownLatch told = new CountDownLatch(1);
        from.store().watch(Shard.BUDI, inbox, told::countDown);
        from.moves().origin().fence(Shard.BUDI, MOVE, TO);
        from.moves().origin().fence(Shard.BUDI, MOVE, TO);
        assertThat(told.await(30, TimeUnit.SECONDS)).as("who waits is told").isTrue();
        FlagChange seen = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Seen"));
        assertThatThrownBy(() -> from.store().flags(Shard.BUDI, inbox, List.of(1L), seen, OptionalLong.empty()))
                .isInstanceOfSatisfying(
                        TryLater.class, later -> assertThat(later.moved()).isPresent());
        assertThatThrownBy(() -> from.store().view(Shard.BUDI, inbox)).isInstanceOf(TryLater.class);
        List<Delivery.Outcome> outcomes = from.store().deliver(delivery(1));
        assertThat(outcomes.getFirst()).isInstanceOf(Delivery.Outcome.Deferred.class);
        assertThat(outcomes.getLast()).isInstanceOf(Delivery.Outcome.Delivered.class);
        assertThatThrownBy(() -> from.moves().origin().fence(Shard.BUDI, OTHER_MOVE, TO))
                .isInstanceOf(Refused.class);
    }

    /** A command of a mover that was given up may still be applied after another has begun. */
    @Test
    void nothingIsTakenOfAPassOnceTheNextHasBegun() {
        pull(false);
        pull(false);
        Command late = new Command.Import(Shard.BUDI, MOVE, 1, List.of(), List.of());
        assertThatThrownBy(() -> Answer.open(to.journal.submit(CommandCodec.encode(late))))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("another pass");
        moved();
        assertThatThrownBy(() -> pull(false)).isInstanceOf(Refused.class);
    }

    /** The shard had a body when it was asked, and housekeeping dropped it before the rows came that refer to it. */
    @Test
    void rowsWhoseBodyIsGoneMeanwhileAreNotTaken() {
        List<Octets> keys = from.moves().origin().list(Shard.BUDI, Octets.NONE, LAST).rows().stream()
                .map(AccountMoves.Listed::key)
                .toList();
        List<Command.Row> rows = from.moves().origin().rows(Shard.BUDI, keys, Integer.MAX_VALUE);
        Command without = new Command.Import(Shard.BUDI, MOVE, 1, List.of(), rows);
        assertThatThrownBy(() -> Answer.open(to.journal.submit(CommandCodec.encode(without))))
                .isInstanceOf(TryLater.class);
        moved();
        assertThat(to.store().view(Shard.BUDI, inbox(to)).size()).isEqualTo(2);
    }

    @Test
    void uidsIdsAndBodiesAreThoseOfBefore() throws Exception {
        from.store().ensure(Shard.SITI);
        from.store().deliver(delivery(2));
        from.store().expunge(Shard.BUDI, inbox(from), List.of());
        Mailbox before = from.store().mailbox(Shard.BUDI, "INBOX").orElseThrow();
        pull(false);
        moved();
        assertThat(to.store().mailbox(Shard.BUDI, "INBOX")).contains(before);
        View view = to.store().view(Shard.BUDI, inbox(to));
        assertThat(to.store().body(Shard.BUDI, inbox(to), view.message(1)).bytes())
                .isEqualTo("x".repeat(700_000).getBytes(StandardCharsets.UTF_8));
        Delivery.Recipient again = delivery(2).recipients().getFirst();
        Delivery once = new Delivery(delivery(2).mail(), delivery(2).body(), List.of(again));
        assertThat(to.store().deliver(once)).containsExactly(new Delivery.Outcome.Delivered(3, true));
    }

    /** The new shard has octets of its own that are equal to a body's: both stay as they are. */
    @Test
    void aBodyThatTheNewShardHasUnderAnotherIdIsTakenToo() {
        to.store().ensure(Shard.SITI);
        MailboxId inbox = to.store().mailbox(Shard.SITI, "INBOX").orElseThrow().id();
        to.store().append(Shard.SITI, inbox, List.of(Shard.message("one")));
        moved();
        assertThat(to.store().view(Shard.BUDI, inbox(to)).size()).isEqualTo(2);
        assertThat(to.state().verify()).isEmpty();
    }

    @Test
    void whatHasLeftIsForgottenAndMayComeBack() {
        assertThatThrownBy(() -> from.moves().origin().forget(Shard.BUDI, MOVE)).isInstanceOf(Failure.class);
        moved();
        assertThat(from.moves().origin().forget(Shard.BUDI, MOVE)).isFalse();
        assertThat(from.moves().origin().list(Shard.BUDI, Octets.NONE, LAST).rows())
                .isEmpty();
        assertThatThrownBy(() -> from.store().ensure(Shard.BUDI)).isInstanceOf(TryLater.class);
        to.moves().origin().fence(Shard.BUDI, OTHER_MOVE, GroupName.shard(1));
        from.moves().pull(to.moves().origin(), Shard.BUDI, OTHER_MOVE, true, octets -> {});
        from.moves().adopt(Shard.BUDI, OTHER_MOVE);
        assertThat(from.store().view(Shard.BUDI, inbox(from)).size()).isEqualTo(2);
    }

    private static final Octets LAST = new Octets(new byte[] {Keys.LAST});

    /** A move that is given up leaves nothing where it went. */
    @Test
    void whatArrivesCanBeForgotten() {
        pull(false);
        while (to.moves().origin().forget(Shard.BUDI, MOVE)) {
            assertThat(to.state().verify()).isEmpty();
        }
        to.store().ensure(Shard.BUDI);
        assertThat(to.store().mailboxes(Shard.BUDI)).hasSize(6);
    }
}

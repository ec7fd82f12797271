package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.TryLater;

/** What every form of a spool does. */
interface SpoolContract {
    Address SENDER = Address.parse("x@example.org");
    Address BUDI = Address.parse("budi@lvlogist.com");
    Address OUTSIDE = Address.parse("\"odd one\"@example.net");

    Spool spool();

    TestClock clock();

    /** Ids in the fixture's time. */
    default MailId newId() {
        return new MailId(new Ids(clock(), new Random(clock().millis() ^ System.nanoTime())).next());
    }

    default MailEntry mail(MailId id, int size) {
        long now = clock().millis();
        List<MailEntry.Recipient> to = List.of(
                MailEntry.Recipient.waiting(BUDI, Optional.of(new AccountId(new Id(1, 2))), now),
                MailEntry.Recipient.waiting(OUTSIDE, Optional.empty(), now));
        return MailEntry.accepted(id, Optional.of(SENDER), to, now, size, "ESMTP from here");
    }

    default MailEntry accept(byte[] octets) {
        MailEntry mail = mail(newId(), octets.length);
        spool().accept(mail, MailBody.of(octets));
        return mail;
    }

    /** Records outcomes and waits. */
    default void note(List<Outcome> outcomes, Optional<Spool.NewMail> bounce) {
        spool().record(outcomes, bounce).join();
    }

    static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }

    static byte[] read(MailBody body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.writeTo(out);
        return out.toByteArray();
    }

    static Outcome outcome(MailEntry mail, int place, Outcome.Result result) {
        return new Outcome(mail.id(), place, result, mail.received() + 5000, "250 2.0.0 said so");
    }

    @Test
    default void ofAMailThatWasMovedNothingIsLeft() {
        MailEntry long1 = accept(octets(700_000));
        MailEntry stays = accept(octets(1000));
        spool().moved(long1.id());
        spool().moved(long1.id());
        assertThat(spool().open(10)).containsExactly(stays);
        assertThat(spool().trace(long1.id())).isEmpty();
        assertThatThrownBy(() -> spool().body(long1.id())).isInstanceOf(TryLater.class);
    }

    @Test
    default void aSpoolThatIsShutTakesOnlyBouncesOfWhatItHas() {
        MailEntry mail = accept(octets(1000));
        spool().shut();
        spool().shut();
        assertThat(spool().isShut()).isTrue();
        assertThatThrownBy(() -> accept(octets(10)))
                .isInstanceOf(TryLater.class)
                .hasMessageContaining("takes no new mail");
        assertThatThrownBy(() -> accept(octets(700_000))).isInstanceOf(TryLater.class);
        MailEntry bounce = mail(newId(), 3);
        note(
                List.of(outcome(mail, 0, Outcome.Result.DELIVERED), outcome(mail, 1, Outcome.Result.BOUNCED)),
                Optional.of(new Spool.NewMail(bounce, octets(3))));
        assertThat(spool().open(10)).extracting(MailEntry::id).containsExactly(bounce.id());
    }

    @Test
    default void anAcceptedMailIsOpenWithItsBody() throws IOException {
        for (int length : new int[] {0, 1, 1000, 256 * 1024, 700_000}) {
            MailEntry mail = accept(octets(length));
            assertThat(spool().find(mail.id())).contains(mail);
            assertThat(read(spool().body(mail.id()))).isEqualTo(octets(length));
        }
        assertThat(spool().open(3)).hasSize(3);
        assertThat(spool().open(100)).hasSize(5);
    }

    @Test
    default void aMailIsTakenOnce() throws IOException {
        MailEntry mail = accept(octets(10));
        note(List.of(outcome(mail, 0, Outcome.Result.DELIVERED)), Optional.empty());
        spool().accept(mail, MailBody.of(octets(10)));
        assertThat(spool().open(10)).hasSize(1);
        assertThat(spool().find(mail.id()).orElseThrow().recipients().get(0).state())
                .isEqualTo(MailEntry.State.DELIVERED);
        note(List.of(outcome(mail, 1, Outcome.Result.DELIVERED)), Optional.empty());
        spool().accept(mail, MailBody.of(octets(10)));
        assertThat(spool().open(10)).isEmpty();
    }

    @Test
    default void theLastOutcomeEndsAMailAndLeavesItsTrace() {
        MailEntry mail = accept(octets(600_000));
        note(List.of(outcome(mail, 0, Outcome.Result.DELIVERED)), Optional.empty());
        assertThat(spool().find(mail.id())).isPresent();
        note(List.of(outcome(mail, 1, Outcome.Result.BOUNCED)), Optional.empty());
        assertThat(spool().find(mail.id())).isEmpty();
        assertThat(spool().open(10)).isEmpty();
        assertThatThrownBy(() -> spool().body(mail.id())).isInstanceOf(TryLater.class);
        assertThat(spool().trace(mail.id()).orElseThrow().events())
                .extracting(TraceEvent::event)
                .containsExactly("accepted", "delivered", "bounced");
        clock().pass(Spool.TRACE_MILLIS - 1000);
        accept(octets(1));
        spool().expire();
        assertThat(spool().trace(mail.id())).isPresent();
        clock().pass(2000);
        spool().expire();
        assertThat(spool().trace(mail.id())).isEmpty();
        assertThat(spool().open(10)).hasSize(1);
    }

    @Test
    default void aFinalRecipientStaysFinal() {
        MailEntry mail = accept(octets(10));
        note(List.of(outcome(mail, 0, Outcome.Result.DELIVERED)), Optional.empty());
        note(List.of(outcome(mail, 0, Outcome.Result.DEFERRED)), Optional.empty());
        spool().started(mail.id(), List.of(0, 1));
        assertThat(spool().find(mail.id()).orElseThrow().recipients())
                .extracting(MailEntry.Recipient::state)
                .containsExactly(MailEntry.State.DELIVERED, MailEntry.State.STARTED);
        note(List.of(outcome(mail, 7, Outcome.Result.BOUNCED)), Optional.empty());
        note(List.of(new Outcome(newId(), 0, Outcome.Result.BOUNCED, 0, "nobody's")), Optional.empty());
        assertThat(spool().open(10)).hasSize(1);
    }

    @Test
    default void aDeferredRecipientCountsItsAttempts() {
        MailEntry mail = accept(octets(10));
        spool().started(mail.id(), List.of(1));
        note(List.of(outcome(mail, 1, Outcome.Result.DEFERRED)), Optional.empty());
        MailEntry.Recipient is =
                spool().find(mail.id()).orElseThrow().recipients().get(1);
        assertThat(is.state()).isEqualTo(MailEntry.State.WAITING);
        assertThat(is.attempts()).isEqualTo(1);
        assertThat(is.next()).isEqualTo(mail.received() + 5000);
        assertThat(is.reply()).isEqualTo("250 2.0.0 said so");
        assertThat(is.address()).isEqualTo(OUTSIDE);
    }

    @Test
    default void aBounceIsTakenWithTheOutcome() throws IOException {
        MailEntry mail = accept(octets(10));
        MailEntry bounce = new MailEntry(
                newId(),
                Optional.empty(),
                List.of(MailEntry.Recipient.waiting(SENDER, Optional.empty(), clock().millis())),
                clock().millis(),
                0,
                3,
                false,
                List.of(),
                "");
        note(
                List.of(outcome(mail, 0, Outcome.Result.BOUNCED), outcome(mail, 1, Outcome.Result.BOUNCED)),
                Optional.of(new Spool.NewMail(bounce, new byte[] {1, 2, 3})));
        assertThat(spool().open(10)).containsExactly(bounce);
        assertThat(read(spool().body(bounce.id()))).containsExactly(1, 2, 3);
    }

    @Test
    default void aHeldMailWaitsUntilItIsReleased() {
        MailEntry mail = accept(octets(10));
        note(List.of(outcome(mail, 0, Outcome.Result.DEFERRED)), Optional.empty());
        assertThat(spool().hold(mail.id(), true)).isTrue();
        assertThat(spool().find(mail.id()).orElseThrow().held()).isTrue();
        clock().pass(100);
        assertThat(spool().hold(mail.id(), false)).isTrue();
        MailEntry is = spool().find(mail.id()).orElseThrow();
        assertThat(is.held()).isFalse();
        assertThat(is.recipients().get(0).next()).isEqualTo(clock().millis());
        assertThat(spool().hold(newId(), true)).isFalse();
    }
}

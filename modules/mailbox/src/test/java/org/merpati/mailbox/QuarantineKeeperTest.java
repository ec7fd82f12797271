package org.merpati.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.directory.Account;
import org.merpati.directory.SpamRequests;
import org.merpati.journal.Journal;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Flags;
import org.merpati.store.Body;
import org.merpati.store.Mailbox;
import org.merpati.store.NewMessage;
import org.merpati.store.View;

/** How long a message is in quarantine. */
class QuarantineKeeperTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path folder;

    private MailboxFixture fixture;
    private QuarantineKeeper keeper;

    @BeforeEach
    void open() throws IOException {
        fixture = new MailboxFixture(folder);
        keeper = new QuarantineKeeper(fixture.directory, fixture.shards, fixture.clock);
    }

    @AfterEach
    void close() {
        keeper.close();
        fixture.close();
    }

    private AccountId filled(Address address, String mailbox) {
        Account account = fixture.account(address);
        fixture.store().ensure(account.id());
        if (fixture.store().mailbox(account.id(), mailbox).isEmpty()) {
            fixture.store().create(account.id(), mailbox, Set.of());
        }
        NewMessage message = new NewMessage(
                Body.of(MailboxFixture.octets("Subject: win\n\nbody\n")), Flags.NONE, OptionalLong.of(1));
        fixture.store().append(account.id(), mailbox(account.id(), mailbox).id(), List.of(message));
        return account.id();
    }

    private Mailbox mailbox(AccountId account, String name) {
        return fixture.store().mailbox(account, name).orElseThrow();
    }

    private int held(AccountId account) {
        return mailbox(account, SpamRequests.QUARANTINE).messages();
    }

    @Test
    void aMessageIsKeptForThirtyDaysFromWhenItCame() {
        AccountId budi = filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        fixture.pass(Duration.ofDays(10));
        AccountId siti = filled(MailboxFixture.SITI, SpamRequests.QUARANTINE);
        filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        fixture.pass(Duration.ofDays(20));
        assertThat(keeper.sweep()).as("thirty days, not one more").isZero();
        fixture.pass(HOUR);
        assertThat(keeper.sweep()).isEqualTo(1);
        assertThat(held(budi)).isEqualTo(1);
        assertThat(held(siti)).isEqualTo(1);
        fixture.pass(Duration.ofDays(10));
        assertThat(keeper.sweep()).isEqualTo(2);
        assertThat(held(budi) + held(siti)).isZero();
        assertThat(keeper.sweep()).isZero();
    }

    private List<String> inbox(AccountId account) throws IOException {
        Mailbox inbox = mailbox(account, "INBOX");
        View view = fixture.store().view(account, inbox.id());
        List<String> texts = new ArrayList<>();
        for (int place = 0; place < view.size(); place++) {
            Body body = fixture.store().body(account, inbox.id(), view.message(place));
            texts.add(new String(body.open(0).readAllBytes(), StandardCharsets.UTF_8));
        }
        return texts;
    }

    @Test
    void whatCameIsToldOnceADay() throws IOException {
        AccountId budi = filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        AccountId siti = filled(MailboxFixture.SITI, "Junk");
        keeper.sweep();
        assertThat(inbox(siti)).isEmpty();
        assertThat(inbox(budi))
                .singleElement()
                .satisfies(text -> assertThat(text)
                        .contains("Subject: 2 messages are held in your quarantine\r\n")
                        .contains("To: <budi@lvlogist.com>\r\n")
                        .contains("Date: Sun, 15 Jun 2025 15:06:40 +0000\r\n")
                        .contains("Auto-Submitted: auto-generated\r\n")
                        .containsPattern("2025-06-15 15:06 {2}<> {2}win\r\n"));
        filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        keeper.sweep();
        assertThat(inbox(budi)).as("not again on the same day").hasSize(1);
        fixture.pass(Duration.ofDays(1));
        keeper.sweep();
        assertThat(inbox(budi)).hasSize(2);
        assertThat(inbox(budi).getLast()).contains("Subject: A message is held in your quarantine\r\n");
        fixture.pass(Duration.ofDays(1));
        keeper.sweep();
        assertThat(inbox(budi)).as("nothing new").hasSize(2);
    }

    @Test
    void nobodyIsToldWhereTheServerSaysSo() throws IOException {
        fixture.directory.addFilterRule("", "digest none");
        AccountId budi = filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        keeper.sweep();
        assertThat(inbox(budi)).isEmpty();
    }

    /** A subject from outside makes no lines of its own, and no long ones. */
    @Test
    void whatIsToldStaysInItsLine() throws IOException {
        AccountId budi = filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        String subject = "=?utf-8?Q?a=0D=0AX-Evil:_1=1B[2J?= " + "w\u00f6rter ".repeat(100);
        NewMessage message = new NewMessage(
                Body.of(MailboxFixture.octets("From: x@example.net\nSubject: " + subject + "\n\nbody\n")),
                Flags.NONE,
                OptionalLong.of(1));
        fixture.store().append(budi, mailbox(budi, SpamRequests.QUARANTINE).id(), List.of(message));
        keeper.sweep();
        String text = inbox(budi).getFirst();
        assertThat(text).doesNotContain("\nX-Evil").doesNotContain("\u001b").contains("<x@example.net>  a");
        assertThat(text.lines().mapToInt(String::length).max().orElse(0)).isLessThanOrEqualTo(200);
    }

    @Test
    void otherMailboxesAndPeopleWithoutAQuarantineAreLeftAlone() {
        AccountId budi = filled(MailboxFixture.BUDI, "Junk");
        fixture.pass(Duration.ofDays(365));
        assertThat(keeper.sweep()).isZero();
        assertThat(mailbox(budi, "Junk").messages()).isEqualTo(1);
    }

    /** Time in quarantine counts, not the age of the message: one that is moved there begins anew. */
    @Test
    void whatIsMovedThereHasItsThirtyDaysFromThen() {
        AccountId budi = filled(MailboxFixture.BUDI, "Junk");
        fixture.store().create(budi, SpamRequests.QUARANTINE, Set.of());
        fixture.pass(Duration.ofDays(100));
        fixture.store()
                .move(
                        budi,
                        mailbox(budi, "Junk").id(),
                        List.of(1L),
                        mailbox(budi, SpamRequests.QUARANTINE).id());
        assertThat(keeper.sweep()).isZero();
        fixture.pass(Duration.ofDays(30).plus(HOUR));
        assertThat(keeper.sweep()).isEqualTo(1);
    }

    @Test
    void whoeverLeadsTheShardSweepsItAndNobodyElse() throws IOException {
        AccountId budi = filled(MailboxFixture.BUDI, SpamRequests.QUARANTINE);
        fixture.pass(Duration.ofDays(31));
        try (Journal second = fixture.other()) {
            assertThat(keeper.sweep()).isZero();
            fixture.back(second);
            assertThat(held(budi)).isEqualTo(1);
            assertThat(keeper.sweep()).isEqualTo(1);
        }
    }
}

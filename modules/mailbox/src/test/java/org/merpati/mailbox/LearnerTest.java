package org.merpati.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.directory.Account;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.bayes.Mark;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Origins;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.NewMessage;

/** What is learned from what people do with their mail. */
class LearnerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TEXT = "Subject: win\n\nwin a prize of the casino now\n";

    @TempDir
    Path folder;

    private MailboxFixture fixture;
    private Account budi;

    @BeforeEach
    void open() throws IOException {
        fixture = new MailboxFixture(folder);
        budi = fixture.account(MailboxFixture.BUDI);
        fixture.store().ensure(budi.id());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private MailboxId id(String name) {
        return fixture.store().mailbox(budi.id(), name).orElseThrow().id();
    }

    private long append(String mailbox, String text) {
        NewMessage message = new NewMessage(Body.of(MailboxFixture.octets(text)), Flags.NONE, OptionalLong.of(1));
        return fixture.store()
                .append(budi.id(), id(mailbox), List.of(message))
                .getFirst()
                .uid();
    }

    private long move(String from, long uid, String to) {
        return fixture.store()
                .move(budi.id(), id(from), List.of(uid), id(to))
                .to()
                .getFirst();
    }

    private SpamRequests.Learned hers() {
        return fixture.requests.learned(budi, new long[0]);
    }

    private void awaitHers(int hams, int spams) {
        await("hers are " + hams + " and " + spams, () -> hers().hams() == hams && hers().spams() == spams);
    }

    @Test
    void whatIsMovedIntoJunkIsSpamUntilItIsMovedOutAgain() {
        long junk = move("INBOX", append("INBOX", TEXT), "Junk");
        awaitHers(0, 1);
        long kept = move("Junk", junk, "Archive");
        awaitHers(1, 0);
        move("Archive", kept, "Sent");
        move("Sent", move("INBOX", append("INBOX", "Subject: other\n\nother\n"), "Sent"), "Junk");
        awaitHers(1, 1);
        assertThat(fixture.everybody.lessons)
                .extracting(org.merpati.filter.bayes.Lesson::mark)
                .containsExactly(Mark.SPAM, Mark.HAM, Mark.SPAM);
        assertThat(fixture.everybody.sightings)
                .extracting(org.merpati.filter.waves.Sighting::weight)
                .containsExactly(1, 0, 1);
    }

    @Test
    void whatIsSaidOfAMessageIsSaidOfWhereItCameFrom() {
        String text = "X-Spam-Origin: 192.0.2.0/24,\n\texample.com\n" + TEXT;
        long junk = move("INBOX", append("INBOX", text), "Junk");
        awaitHers(0, 1);
        move("Junk", junk, "Archive");
        await("both are told", () -> fixture.everybody.experiences.size() == 4);
        assertThat(fixture.everybody.experiences)
                .containsExactly(
                        new Experience(Origins.key("192.0.2.0/24"), 0, 5),
                        new Experience(Origins.key("example.com"), 0, 5),
                        new Experience(Origins.key("192.0.2.0/24"), 5, 0),
                        new Experience(Origins.key("example.com"), 5, 0));
    }

    @Test
    void whatIsThrownAwayOutOfJunkStaysSpam() {
        long junk = move("INBOX", append("INBOX", TEXT), "Junk");
        awaitHers(0, 1);
        move("Junk", junk, "Trash");
        move("INBOX", append("INBOX", "Subject: second\n\nsecond\n"), "Junk");
        awaitHers(0, 2);
    }

    @Test
    void aKeywordSaysItToo() {
        long uid = append("INBOX", TEXT);
        flag(uid, FlagChange.Kind.ADD, "$Junk");
        awaitHers(0, 1);
        flag(uid, FlagChange.Kind.SET, "nonjunk");
        awaitHers(1, 0);
        flag(uid, FlagChange.Kind.REMOVE, "$NotJunk");
        flag(uid, FlagChange.Kind.ADD, "$Junk");
        awaitHers(0, 1);
    }

    private void flag(long uid, FlagChange.Kind kind, String word) {
        FlagChange change = new FlagChange(kind, Flags.of(word));
        fixture.store().flags(budi.id(), id("INBOX"), List.of(uid), change, OptionalLong.empty());
    }

    @Test
    void whatTheDirectoryCannotTakeNowIsToldLater() {
        fixture.everybody.away = true;
        move("INBOX", append("INBOX", TEXT), "Junk");
        awaitHers(0, 1);
        assertThat(fixture.everybody.lessons).isEmpty();
        fixture.everybody.away = false;
        await("it is told", () -> fixture.everybody.lessons.size() == 1);
    }

    @Test
    void whatIsReleasedCanBeLearnedAsWanted() {
        MailStore store = fixture.store();
        store.create(budi.id(), SpamRequests.QUARANTINE, Set.of());
        append(SpamRequests.QUARANTINE, TEXT);
        MailId mail =
                store.view(budi.id(), id(SpamRequests.QUARANTINE)).message(0).mail();
        assertThat(fixture.requests.release(budi, mail, true)).isEmpty();
        assertThat(hers().hams()).isEqualTo(1);
        assertThat(fixture.everybody.lessons).hasSize(1);
        assertThat(store.view(budi.id(), id("INBOX")).size()).isEqualTo(1);
    }
}

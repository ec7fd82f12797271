package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Reply;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** The rows of docs/spool.md, each by its name: what a take-over finds on the other copy, and a crash on this one. */
class SpoolTableTest {
    private static final NodeName ONE = new NodeName("one");
    private static final NodeName TWO = new NodeName("two");
    private static final GroupSpec SPEC =
            new GroupSpec(new GroupName("spool-one"), List.of(ONE, TWO), Optional.empty(), ONE);
    private static final byte[] BODY = SpoolContract.octets(2000);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final MemoryJournals.Cluster cluster = new MemoryJournals.Cluster();
    private final Ids ids = new Ids(clock, new Random(7));
    private @Nullable Copy first;
    private @Nullable Copy second;

    private Copy first() {
        return java.util.Objects.requireNonNull(first);
    }

    private Copy second() {
        return java.util.Objects.requireNonNull(second);
    }

    /** One copy of the spool. */
    private record Copy(SpoolState state, Journal journal, Spool spool) {}

    @BeforeEach
    void open() throws IOException {
        first = copy(ONE);
        second = copy(TWO);
    }

    private Copy copy(NodeName node) throws IOException {
        VaultIdentity identity = new VaultIdentity(new Id(1, 1), SPEC.name());
        SpoolState state = SpoolState.open(folder.resolve(node.value()), identity, VaultLimits.DEFAULT);
        Journal journal = new MemoryJournals(node, clock, cluster).open(SPEC, state);
        return new Copy(state, journal, new JournaledSpool(journal, state));
    }

    @AfterEach
    void close() {
        assertThat(first().state().verify()).isEmpty();
        assertThat(second().state().verify()).isEmpty();
        first().journal().close();
        second().journal().close();
    }

    /** The first node dies; what the second finds must be what the first finds when it comes back. */
    private Spool takeOver() throws IOException {
        first().journal().close();
        assertThat(second().spool().leads()).isTrue();
        List<MailEntry> left = second().spool().open(100);
        first = copy(ONE);
        assertThat(first().spool().open(100)).isEqualTo(left);
        return second().spool();
    }

    private MailEntry mail() {
        List<MailEntry.Recipient> to = List.of(
                MailEntry.Recipient.waiting(SpoolContract.BUDI, Optional.empty(), clock.millis()),
                MailEntry.Recipient.waiting(SpoolContract.OUTSIDE, Optional.empty(), clock.millis()));
        return MailEntry.accepted(
                new MailId(ids.next()), Optional.of(SpoolContract.SENDER), to, clock.millis(), BODY.length, "here");
    }

    private MailEntry accepted() {
        MailEntry mail = mail();
        first().spool().accept(mail, MailBody.of(BODY));
        return mail;
    }

    private static MailEntry.State state(Spool spool, MailEntry mail, int place) {
        return spool.trace(mail.id()).orElseThrow().recipients().get(place).state();
    }

    private void record(MailEntry mail, int place, Outcome.Result result) {
        first().spool()
                .record(List.of(SpoolContract.outcome(mail, place, result)), Optional.empty())
                .join();
    }

    @Test
    void arriving() throws IOException {
        Path arriving = folder.resolve("arriving");
        ArrivingBody.clear(arriving);
        ArrivingBody body = new ArrivingBody(arriving);
        body.write(SpoolContract.octets(600_000));
        assertThat(arriving).isNotEmptyDirectory();
        ArrivingBody.clear(arriving);
        assertThat(arriving).isEmptyDirectory();
        body.close();
        assertThat(takeOver().open(10)).isEmpty();
    }

    @Test
    void uploading() throws IOException {
        MailEntry mail = mail();
        first().journal().submit(SpoolCodec.encode(new SpoolCommand.Chunk(mail.id(), 0, BODY)));
        Spool left = takeOver();
        assertThat(left.open(10)).isEmpty();
        assertThat(second().state().piece(mail.id(), 0)).isEqualTo(BODY);
        clock.pass(Spool.UPLOAD_MILLIS + 1);
        left.expire();
        assertThat(second().state().piece(mail.id(), 0)).isNull();
    }

    @Test
    void direct() throws IOException {
        try (MtaFixture fixture = new MtaFixture(folder.resolve("mta"))) {
            MtaRole role = fixture.start(MtaFixture.MTA1);
            Reply reply = fixture.send(role, "", "budi@lvlogist.com", "Subject: a\r\n\r\nb\r\n");
            assertThat(reply.text()).contains("delivered as");
            assertThat(role.spools().all())
                    .allSatisfy(s -> assertThat(s.open(10)).isEmpty());
            // The shard takes it and its answer is lost: the spool repeats it under the same delivery id.
            fixture.box1.loseAnswers(true);
            Reply doubted = fixture.send(role, "", "budi@lvlogist.com", "Subject: c\r\n\r\nd\r\n");
            assertThat(doubted.text()).contains("accepted as");
            fixture.box1.loseAnswers(false);
            Await.until("the spool is empty", () -> {
                fixture.clock.pass(1000);
                return role.spools().all().stream().allMatch(s -> s.open(10).isEmpty());
            });
            assertThat(fixture.box1.stored).hasSize(2);
        }
    }

    @Test
    void openMail() throws IOException {
        MailEntry mail = accepted();
        Spool left = takeOver();
        assertThat(left.open(10)).containsExactly(mail);
        assertThat(SpoolContract.read(left.body(mail.id()))).isEqualTo(BODY);
    }

    @Test
    void shutSpool() throws IOException {
        MailEntry mail = accepted();
        first().spool().shut();
        Spool left = takeOver();
        assertThat(left.isShut()).isTrue();
        assertThat(left.find(mail.id())).isPresent();
        assertThatThrownBy(() -> left.accept(mail, MailBody.of(BODY))).isInstanceOf(TryLater.class);
    }

    @Test
    void moved() throws IOException {
        MailEntry mail = accepted();
        first().spool().moved(mail.id());
        Spool left = takeOver();
        assertThat(left.open(10)).isEmpty();
        assertThat(left.trace(mail.id())).isEmpty();
    }

    @Test
    void held() throws IOException {
        MailEntry mail = accepted();
        first().spool().hold(mail.id(), true);
        Spool left = takeOver();
        assertThat(left.find(mail.id()).orElseThrow().held()).isTrue();
        assertThat(left.hold(mail.id(), false)).isTrue();
    }

    @Test
    void finished() throws IOException {
        MailEntry mail = accepted();
        record(mail, 0, Outcome.Result.DELIVERED);
        record(mail, 1, Outcome.Result.DELIVERED);
        Spool left = takeOver();
        assertThat(left.open(10)).isEmpty();
        assertThat(left.trace(mail.id()).orElseThrow().finished()).isEqualTo(clock.millis());
        assertThatThrownBy(() -> left.body(mail.id())).isInstanceOf(TryLater.class);
    }

    @Test
    void waiting() throws IOException {
        MailEntry mail = accepted();
        record(mail, 0, Outcome.Result.DEFERRED);
        Spool left = takeOver();
        assertThat(state(left, mail, 0)).isEqualTo(MailEntry.State.WAITING);
        MailEntry.Recipient to = left.find(mail.id()).orElseThrow().recipients().get(0);
        Retry retry = Retry.of(Duration.ofSeconds(5), Duration.ofMinutes(30), Duration.ofDays(5));
        assertThat(Attempt.dueAt(to, retry)).isEqualTo(mail.received() + 5000);
    }

    @Test
    void takenByTheShard() throws IOException {
        try (MtaFixture fixture = new MtaFixture(folder.resolve("mta"))) {
            MtaRole one = fixture.start(MtaFixture.MTA1);
            MtaRole two = fixture.start(MtaFixture.MTA2);
            fixture.box1.loseAnswers(true);
            fixture.box2.loseAnswers(true);
            Reply reply = fixture.send(one, "", "all@lvlogist.com", "Subject: a\r\n\r\nb\r\n");
            MailId mail = MailId.parse(reply.text().substring(reply.text().lastIndexOf(' ') + 1));
            Await.until("both shards took it", () -> fixture.box1.stored.size() + fixture.box2.stored.size() == 2);
            fixture.stop(MtaFixture.MTA1);
            fixture.box1.loseAnswers(false);
            fixture.box2.loseAnswers(false);
            fixture.announce(two, MtaFixture.MTA2, GroupName.shard(1), MtaFixture.BOX1, 2);
            fixture.announce(two, MtaFixture.MTA2, GroupName.shard(2), MtaFixture.BOX2, 2);
            Await.until("it is finished", () -> {
                fixture.clock.pass(500);
                return two.spools().trace(mail).filter(MailEntry::done).isPresent();
            });
            assertThat(fixture.box1.stored).hasSize(1);
            assertThat(fixture.box2.stored).hasSize(1);
        }
    }

    @Test
    void started() throws IOException {
        MailEntry mail = accepted();
        first().spool().started(mail.id(), List.of(1));
        Spool left = takeOver();
        assertThat(state(left, mail, 1)).isEqualTo(MailEntry.State.STARTED);
        MailEntry.Recipient to = left.find(mail.id()).orElseThrow().recipients().get(1);
        Retry retry = Retry.of(Duration.ofSeconds(5), Duration.ofMinutes(30), Duration.ofDays(5));
        assertThat(Attempt.dueAt(to, retry))
                .isEqualTo(clock.millis() + Duration.ofMinutes(10).toMillis());
    }

    @Test
    void delivered() throws IOException {
        MailEntry mail = accepted();
        record(mail, 0, Outcome.Result.DELIVERED);
        Spool left = takeOver();
        left.record(List.of(SpoolContract.outcome(mail, 0, Outcome.Result.DEFERRED)), Optional.empty())
                .join();
        assertThat(state(left, mail, 0)).isEqualTo(MailEntry.State.DELIVERED);
        assertThat(SpoolContract.read(left.body(mail.id()))).isEqualTo(BODY);
    }

    @Test
    void bounced() throws IOException {
        MailEntry mail = accepted();
        MailEntry bounce = mail();
        first().spool()
                .record(
                        List.of(SpoolContract.outcome(mail, 1, Outcome.Result.BOUNCED)),
                        Optional.of(new Spool.NewMail(bounce, BODY)))
                .join();
        Spool left = takeOver();
        assertThat(state(left, mail, 1)).isEqualTo(MailEntry.State.BOUNCED);
        assertThat(left.open(10)).extracting(MailEntry::id).containsExactlyInAnyOrder(mail.id(), bounce.id());
        assertThat(SpoolContract.read(left.body(bounce.id()))).isEqualTo(BODY);
    }

    /** Each row of the page names a test of this class. */
    @Test
    void thePageNamesTheTests() throws IOException {
        Path page = Path.of("..", "..", "docs", "spool.md");
        List<String> named = Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("| ") && line.endsWith("` |"))
                .map(line -> line.substring(line.lastIndexOf('`', line.length() - 4) + 1, line.length() - 3))
                .toList();
        List<String> tests = java.util.Arrays.stream(SpoolTableTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(java.lang.reflect.Method::getName)
                .toList();
        assertThat(named).hasSize(13).isSubsetOf(tests);
    }
}

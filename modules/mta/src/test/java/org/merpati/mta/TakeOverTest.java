package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.smtp.Reply;

class TakeOverTest {
    private static final String TEXT = "Subject: hello\r\n\r\nbody\r\n";

    @TempDir
    Path folder;

    private MtaFixture fixture;
    private MtaRole first;
    private MtaRole second;

    @BeforeEach
    void open() throws IOException {
        fixture = new MtaFixture(folder);
        first = fixture.start(MtaFixture.MTA1);
        second = fixture.start(MtaFixture.MTA2);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static MailId id(Reply reply) {
        assertThat(reply.text()).startsWith("2.0.0 accepted as ");
        return MailId.parse(reply.text().substring(reply.text().lastIndexOf(' ') + 1));
    }

    @Test
    void theOtherNodeDeliversWhatADeadOneAccepted() throws IOException {
        fixture.boxDown(MtaFixture.BOX1);
        fixture.boxDown(MtaFixture.BOX2);
        List<MailId> mails = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            mails.add(id(fixture.send(first, "x@example.org", "all@lvlogist.com", TEXT)));
        }
        fixture.stop(MtaFixture.MTA1);
        fixture.boxUp(MtaFixture.BOX1);
        fixture.boxUp(MtaFixture.BOX2);
        fixture.announce(second, MtaFixture.MTA2, GroupName.shard(1), MtaFixture.BOX1, 2);
        fixture.announce(second, MtaFixture.MTA2, GroupName.shard(2), MtaFixture.BOX2, 2);
        Await.until("all are delivered", () -> {
            fixture.clock.pass(200);
            return mails.stream()
                    .allMatch(m ->
                            second.spools().trace(m).filter(MailEntry::done).isPresent());
        });
        assertThat(fixture.box1.stored).hasSize(20);
        assertThat(fixture.box1.taken).hasSize(20);
        assertThat(fixture.box2.stored).hasSize(20);
        assertThat(fixture.box2.taken).hasSize(20);
    }

    @Test
    void anAttemptThatHadBegunIsLeftAloneForTenMinutes() throws IOException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fixture.outside.before(() -> {
            begun.countDown();
            try {
                assertThat(goOn.await(15, java.util.concurrent.TimeUnit.SECONDS))
                        .isTrue();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        });
        MailId mail = id(fixture.send(first, "x@example.org", "forward@lvlogist.com", TEXT));
        Await.until("the attempt has begun", () -> begun.getCount() == 0);
        fixture.stop(MtaFixture.MTA1);
        goOn.countDown();
        fixture.outside.before(() -> {});
        Await.until("the first attempt has come through", () -> fixture.outside.taken.size() == 1);
        fixture.clock.pass(Duration.ofMinutes(9).toMillis());
        assertThat(second.spools()
                        .trace(mail)
                        .orElseThrow()
                        .recipients()
                        .getFirst()
                        .state())
                .isEqualTo(MailEntry.State.STARTED);
        fixture.clock.pass(Duration.ofMinutes(2).toMillis());
        Await.until(
                "it is tried again",
                () -> second.spools().trace(mail).filter(MailEntry::done).isPresent());
        assertThat(fixture.outside.taken).hasSize(2);
    }

    @Test
    void whatWaitsInASpoolThatIsShutGoesToAnother() throws IOException {
        fixture.outside.answer(new Reply(451, "4.7.1 later"));
        MailId mail = id(fixture.send(first, "x@example.org", "forward@lvlogist.com", TEXT));
        Await.until("a try was made", () -> first.trace(mail).stream().anyMatch(l -> l.contains("deferred")));
        fixture.stop(MtaFixture.MTA1);
        GroupName shut = GroupName.spool(MtaFixture.MTA1);
        Await.until("it has moved", () -> second.shut(shut) == 0);
        assertThat(spool(shut).isShut()).isTrue();
        MailEntry moved = spool(GroupName.spool(MtaFixture.MTA2)).find(mail).orElseThrow();
        assertThat(moved.events()).anyMatch(event -> event.toString().contains("4.7.1 later"));
        fixture.outside.answer(new Reply(250, "2.0.0 taken"));
        Await.until("it is delivered from there", () -> {
            fixture.clock.pass(1_000);
            return second.spools().trace(mail).filter(MailEntry::done).isPresent();
        });
        assertThat(fixture.outside.taken).hasSize(1);
    }

    private Spool spool(GroupName group) {
        return second.spools().all().stream()
                .filter(spool -> spool.group().equals(group))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aNodeThatDoesNotLeadAnyMoreSendsNothingOutside() throws IOException {
        fixture.outside.answer(new Reply(451, "4.7.1 later"));
        MailId mail = id(fixture.send(first, "x@example.org", "forward@lvlogist.com", TEXT));
        Await.until("a try was made", () -> first.trace(mail).stream().anyMatch(l -> l.contains("deferred")));
        fixture.stop(MtaFixture.MTA1);
        fixture.outside.answer(new Reply(250, "2.0.0 taken"));
        fixture.clock.pass(10_000);
        Await.until(
                "the other sends it",
                () -> second.spools().trace(mail).filter(MailEntry::done).isPresent());
        assertThat(fixture.outside.taken).hasSize(1);
        assertThat(first.spools().all().getFirst().leads()).isFalse();
    }
}

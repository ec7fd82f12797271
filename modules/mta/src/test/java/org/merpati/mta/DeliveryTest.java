package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Route;
import org.merpati.smtp.NodeParameters;
import org.merpati.smtp.Reply;

class DeliveryTest {
    private static final String TEXT = "Subject: hello\r\n\r\nbody\r\n.dot\r\n";

    @TempDir
    Path folder;

    private MtaFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new MtaFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static MailId id(Reply reply) {
        return MailId.parse(reply.text().substring(reply.text().lastIndexOf(' ') + 1));
    }

    private static String trace(MtaRole role, MailId mail) {
        return String.join("\n", role.trace(mail));
    }

    private static boolean done(MtaRole role, MailId mail) {
        return role.spools().trace(mail).filter(MailEntry::done).isPresent();
    }

    @Test
    void aMessageForOneShardIsDeliveredBeforeTheAnswerAndNeverSpooled() throws IOException {
        MtaRole role = fixture.start(MtaFixture.MTA1);
        Reply reply = fixture.send(role, "x@example.org", "budi@lvlogist.com", TEXT);
        assertThat(reply.text()).startsWith("2.0.0 delivered as ");
        assertThat(fixture.box1.taken).hasSize(1);
        String text = fixture.box1.taken.getFirst().text();
        assertThat(text).startsWith("Received: from client.test ([127.0.0.1])\r\n\tby mta1.lvlogist.com");
        assertThat(text).contains(" id " + id(reply) + ";").endsWith(TEXT);
        assertThat(role.spools().trace(id(reply))).isEmpty();
    }

    @Test
    void aMessageForTwoShardsIsSpooledAndDelivered() throws IOException {
        MtaRole role = fixture.start(MtaFixture.MTA1);
        Reply reply = fixture.send(role, "x@example.org", "all@lvlogist.com", TEXT);
        assertThat(reply.text()).startsWith("2.0.0 accepted as ");
        Await.until("both have it", () -> done(role, id(reply)));
        assertThat(fixture.box1.taken).hasSize(1);
        assertThat(fixture.box2.taken).hasSize(1);
        assertThat(trace(role, id(reply))).contains("accepted").contains("delivered <budi@lvlogist.com> 250");
    }

    @Test
    void whatAShardDoubtsIsSpooledUnderTheSameIdAndDeliveredOnce() throws IOException {
        MtaRole role = fixture.start(MtaFixture.MTA1);
        fixture.box1.answer(new Reply(451, "4.3.0 not now"));
        Reply reply = fixture.send(role, "x@example.org", "budi@lvlogist.com", TEXT);
        assertThat(reply.text()).startsWith("2.0.0 accepted as ");
        Await.until("a try was made", () -> trace(role, id(reply)).contains("deferred"));
        fixture.box1.answer(new Reply(250, "2.0.0 taken"));
        Await.until("it is delivered", () -> {
            fixture.clock.pass(500);
            return done(role, id(reply));
        });
        assertThat(fixture.box1.stored).hasSize(1);
        assertThat(fixture.box1.stored).containsOnlyKeys(id(reply) + "/0");
    }

    @Test
    void aMovedShardIsFollowed() throws IOException {
        MtaRole role = fixture.start(MtaFixture.MTA1);
        Route moved = new Route(GroupName.shard(1), MtaFixture.BOX2, new Epoch(7));
        fixture.box1.answer(NodeParameters.moved(moved));
        Reply reply = fixture.send(role, "x@example.org", "budi@lvlogist.com", TEXT);
        assertThat(reply.text()).startsWith("2.0.0 delivered as ");
        assertThat(fixture.box2.taken).hasSize(1);
        assertThat(fixture.routes(MtaFixture.MTA1).table().route(GroupName.shard(1)))
                .contains(moved);
    }

    @Test
    void aShardThatIsDownHoldsItsMailUntilItIsAnnounced() throws IOException {
        MtaRole role = fixture.start(MtaFixture.MTA1);
        fixture.boxDown(MtaFixture.BOX1);
        Reply reply = fixture.send(role, "x@example.org", "budi@lvlogist.com", TEXT);
        assertThat(reply.text()).startsWith("2.0.0 accepted as ");
        assertThat(trace(role, id(reply))).doesNotContain("delivered");
        fixture.boxUp(MtaFixture.BOX1);
        Route again = new Route(GroupName.shard(1), MtaFixture.BOX1, new Epoch(2));
        fixture.routes(MtaFixture.MTA1).table().offer(again);
        role.routeChanged(again);
        Await.until("it is delivered without waiting", () -> done(role, id(reply)));
        assertThat(fixture.box1.stored).hasSize(1);
    }

    @Test
    void aShardThatComesBackUnannouncedIsFoundByAFewProbes() throws IOException {
        MtaRole role = fixture.start(MtaFixture.MTA1);
        fixture.boxDown(MtaFixture.BOX1);
        List<MailId> mails = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            mails.add(id(fixture.send(role, "x@example.org", "budi@lvlogist.com", TEXT)));
        }
        for (int i = 0; i < 20; i++) {
            fixture.clock.pass(500);
        }
        long tried =
                mails.stream().filter(m -> trace(role, m).contains("deferred")).count();
        assertThat(tried).as("mails that were tried in vain").isLessThan(30);
        fixture.boxUp(MtaFixture.BOX1);
        fixture.routes(MtaFixture.MTA1).table().offer(new Route(GroupName.shard(1), MtaFixture.BOX1, new Epoch(2)));
        Await.until("all are delivered", () -> {
            fixture.clock.pass(100);
            return mails.stream().allMatch(m -> done(role, m));
        });
        assertThat(fixture.box1.taken).hasSize(30);
    }
}

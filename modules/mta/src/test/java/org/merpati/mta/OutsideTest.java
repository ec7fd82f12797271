package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.MailId;
import org.merpati.smtp.Reply;

class OutsideTest {
    private static final String TEXT = "Subject: hello\r\nX-Mark: 7\r\n\r\nsecret body\r\n";

    @TempDir
    Path folder;

    private MtaFixture fixture;
    private MtaRole role;

    @BeforeEach
    void open() throws IOException {
        fixture = new MtaFixture(folder);
        role = fixture.start(MtaFixture.MTA1);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private MailId forward(String from) throws IOException {
        Reply reply = fixture.send(role, from, "forward@lvlogist.com", TEXT);
        assertThat(reply.text()).startsWith("2.0.0 accepted as ");
        return MailId.parse(reply.text().substring(reply.text().lastIndexOf(' ') + 1));
    }

    private boolean done(MailId mail) {
        return role.spools().trace(mail).filter(MailEntry::done).isPresent();
    }

    @Test
    void mailForOutsideGoesThroughTheSmartHost() throws IOException {
        MailId mail = forward("y@example.com");
        Await.until("it is sent", () -> done(mail));
        TestServer.Taken taken = fixture.outside.taken.getFirst();
        assertThat(taken.envelope().recipients().getFirst().address()).hasToString("x@example.org");
        assertThat(taken.text()).endsWith(TEXT);
        assertThat(taken.secure()).as("STARTTLS is used where it is offered").isTrue();
        assertThat(String.join("\n", role.trace(mail)))
                .contains("started <x@example.org>")
                .contains("delivered <x@example.org> 250");
    }

    @Test
    void aRefusalForGoodBouncesAtOnceToTheSender() throws IOException {
        fixture.outside.answer(new Reply(554, "5.7.1 we do not like it"));
        MailId mail = forward("budi@lvlogist.com");
        Await.until("the bounce has come", () -> fixture.box1.taken.size() == 1);
        TestServer.Taken bounce = fixture.box1.taken.getFirst();
        assertThat(bounce.envelope().sender()).isEmpty();
        String text = bounce.text();
        assertThat(text).contains("Content-Type: multipart/report; report-type=delivery-status;");
        assertThat(text).contains("Auto-Submitted: auto-replied").contains("To: <budi@lvlogist.com>");
        String boundary = text.split("boundary=\"")[1].split("\"")[0];
        String[] parts = text.split("\r\n--" + java.util.regex.Pattern.quote(boundary) + "(--)?\r\n");
        assertThat(parts).hasSize(4);
        assertThat(parts[2])
                .contains("Reporting-MTA: dns; mta1.lvlogist.com")
                .contains("Final-Recipient: rfc822; x@example.org")
                .contains("Action: failed")
                .contains("Status: 5.7.1")
                .contains("Diagnostic-Code: smtp; 554 5.7.1 we do not like it");
        assertThat(parts[3]).contains("X-Mark: 7").doesNotContain("secret body");
        assertThat(done(mail)).isTrue();
    }

    @Test
    void aMailWithoutASenderIsNeverBounced() throws IOException {
        fixture.outside.answer(new Reply(554, "5.7.1 no"));
        MailId mail = forward("");
        Await.until("it is closed", () -> done(mail));
        assertThat(role.spools().all().getFirst().open(10)).isEmpty();
        assertThat(fixture.box1.taken).isEmpty();
        assertThat(fixture.outside.taken).isEmpty();
    }

    @Test
    void waitsGrowAreCappedAndEndInABounce() throws IOException {
        Retry retry = Retry.of(Duration.ofSeconds(5), Duration.ofMinutes(30), Duration.ofDays(5));
        assertThat(retry.waitMillis(0, false)).isEqualTo(5_000);
        assertThat(retry.waitMillis(1, false)).isEqualTo(10_000);
        assertThat(retry.waitMillis(40, false)).isEqualTo(1_800_000);
        assertThat(retry.waitMillis(40, true)).isEqualTo(8_000);
        fixture.outside.answer(new Reply(451, "4.7.1 later"));
        MailId mail = forward("budi@lvlogist.com");
        for (int attempts = 1; attempts <= 4; attempts++) {
            int made = attempts;
            Await.until("attempt " + made, () -> attempts(mail) == made);
            fixture.clock.pass((5_000L << (attempts - 1)) - 1_000);
            assertThat(attempts(mail)).isEqualTo(made);
            fixture.clock.pass(1_500);
        }
        Await.until("attempt 5", () -> attempts(mail) == 5);
        fixture.clock.pass(Duration.ofDays(5).toMillis());
        Await.until("the bounce has come", () -> fixture.box1.taken.size() == 1);
        assertThat(fixture.box1.taken.getFirst().text())
                .contains("Status: 5.4.7")
                .contains("the last answer was: 451 4.7.1 later");
    }

    private int attempts(MailId mail) {
        return role.spools().trace(mail).orElseThrow().recipients().getFirst().attempts();
    }
}

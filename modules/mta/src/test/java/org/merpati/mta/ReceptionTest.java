package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.merpati.smtp.Reply;

class ReceptionTest {
    private static final String TEXT = "Subject: hello\r\n\r\nbody\r\n";

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

    /** Speaks lines to a listener; the answer is the last line to each. */
    private String dialogue(int listener, String... lines) throws IOException {
        InetSocketAddress address = role.addresses().get(listener);
        StringBuilder answers = new StringBuilder();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(10_000);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            answers.append(reply(in)).append('\n');
            for (String line : lines) {
                socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                answers.append(reply(in)).append('\n');
            }
        }
        return answers.toString();
    }

    private static String reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        return String.valueOf(line);
    }

    private static String login(String name, String password) {
        String plain = "\0" + name + "\0" + password;
        return "AUTH PLAIN " + Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "budi@lvlogist.com, 250 2.1.5",
        "BUDI+list@LVLOGIST.com, 250 2.1.5",
        "sales@lvlogist.com, 250 2.1.5",
        "all@lvlogist.com, 250 2.1.5",
        "forward@lvlogist.com, 250 2.1.5",
        "postmaster@lvlogist.com, 250 2.1.5",
        "Abuse@lvlogist.com, 250 2.1.5",
        "nobody@lvlogist.com, 550 5.1.1",
        "loop@lvlogist.com, 550 5.1.1",
        "x@example.org, 550 5.7.1",
        "budi%lvlogist.com@example.org, 550 5.7.1",
        "postmaster@example.org, 550 5.7.1"
    })
    void thePublicPortTakesMailForOurPeopleOnly(String to, String answer) throws IOException {
        for (String from : new String[] {"x@example.org", "", "budi@lvlogist.com"}) {
            String all = dialogue(0, "EHLO c.test", "MAIL FROM:<" + from + ">", "RCPT TO:<" + to + ">");
            assertThat(all.lines().toList().getLast()).as("from " + from).startsWith(answer);
        }
    }

    /** A copy that may lack what was made elsewhere refuses nobody for good. */
    @ParameterizedTest
    @CsvSource({
        "budi@lvlogist.com, 250 2.1.5",
        "nobody@lvlogist.com, 451 4.3.0",
        "x@example.org, 451 4.3.0",
    })
    void whatAStaleCopyDoesNotKnowMayComeAgain(String to, String answer) throws IOException {
        fixture.directoryAway();
        String all = dialogue(0, "EHLO c.test", "MAIL FROM:<x@example.org>", "RCPT TO:<" + to + ">");
        assertThat(all.lines().toList().getLast()).startsWith(answer);
    }

    @Test
    void thePublicPortOffersNoLogin() throws IOException {
        assertThat(dialogue(0, "EHLO c.test", login("budi@lvlogist.com", "rahasia"))
                        .lines()
                        .toList()
                        .getLast())
                .startsWith("5");
    }

    @ParameterizedTest
    @CsvSource({
        "budi@lvlogist.com, x@example.org, 250 2.1.5",
        "sales@lvlogist.com, x@example.org, 250 2.1.5",
        "Budi+me@lvlogist.com, siti@lvlogist.com, 250 2.1.5",
        "budi@lvlogist.com, nobody@lvlogist.com, 550 5.1.1"
    })
    void aSubmitterSendsAnywhereAsItself(String from, String to, String answer) throws IOException {
        String all = dialogue(
                1,
                "EHLO c.test",
                login("budi@lvlogist.com", "rahasia"),
                "MAIL FROM:<" + from + ">",
                "RCPT TO:<" + to + ">");
        assertThat(all.lines().toList().getLast()).startsWith(answer);
    }

    @ParameterizedTest
    @CsvSource({"siti@lvlogist.com", "x@example.org", "forward@lvlogist.com", "nobody@lvlogist.com"})
    void aSubmitterMayNotSendAsAnother(String from) throws IOException {
        String all = dialogue(1, "EHLO c.test", login("budi@lvlogist.com", "rahasia"), "MAIL FROM:<" + from + ">");
        assertThat(all.lines().toList().getLast()).startsWith("550 5.7.1");
    }

    @Test
    void submissionNeedsALogin() throws IOException {
        assertThat(dialogue(1, "EHLO c.test", "MAIL FROM:<budi@lvlogist.com>")).contains("530 5.7.0");
        assertThat(dialogue(1, "EHLO c.test", login("budi@lvlogist.com", "wrong")))
                .contains("535 5.7.8");
    }

    @Test
    void aSubmissionGetsTheDateAndMessageIdThatItLacks() throws IOException {
        String[] begin = {
            "EHLO c.test",
            login("budi@lvlogist.com", "rahasia"),
            "MAIL FROM:<budi@lvlogist.com>",
            "RCPT TO:<budi@lvlogist.com>",
            "DATA",
            "Subject: hi\r\n\r\nbody\r\n."
        };
        assertThat(dialogue(1, begin)).contains("250 2.0.0 delivered as");
        String text = fixture.box1.taken.getFirst().text();
        assertThat(text).contains("\r\nDate: ").contains("\r\nMessage-ID: <").contains("with ESMTPA id");
        assertThat(text).doesNotContain("127.0.0.1");
        begin[5] = "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nMessage-Id: <a@b>\r\n\r\nbody\r\n.";
        assertThat(dialogue(1, begin)).contains("250 2.0.0");
        assertThat(fixture.box1.taken.get(1).text()).containsOnlyOnce("Date: ").doesNotContain("Message-ID: <");
    }

    @Test
    void aMessageThatGoesInCirclesIsRefused() throws IOException {
        String hops = "Received: from a by b\r\n".repeat(51);
        Reply reply = fixture.send(role, "x@example.org", "budi@lvlogist.com", hops + TEXT);
        assertThat(reply.toString()).startsWith("554 5.4.6");
        Reply fifty = fixture.send(role, "x@example.org", "budi@lvlogist.com", hops.substring(23) + TEXT);
        assertThat(fifty.positive()).isTrue();
    }

    @Test
    void aLongMessageCrossesUnchangedAndLeavesNoFile() throws IOException {
        String text = TEXT + "0123456789abcdef\r\n".repeat(100_000);
        assertThat(fixture.send(role, "", "budi@lvlogist.com", text).positive()).isTrue();
        assertThat(fixture.box1.taken.getFirst().text()).endsWith(text);
        fixture.box1.answer(new Reply(451, "4.3.0 not now"));
        assertThat(fixture.send(role, "", "budi@lvlogist.com", text).text()).contains("accepted as");
        fixture.box1.answer(new Reply(250, "2.0.0 taken"));
        Await.until("it came through the spool", () -> {
            fixture.clock.pass(500);
            return fixture.box1.taken.size() == 2;
        });
        assertThat(fixture.box1.taken.get(1).text()).endsWith(text);
        assertThat(folder.resolve("data-mta1-1").resolve("arriving-smtp")).isEmptyDirectory();
    }

    @Test
    void aServerThatLeadsNoSpoolSaysSo() throws IOException {
        MtaRole second = fixture.start(MtaFixture.MTA2);
        Reply reply = fixture.send(second, "x@example.org", "all@lvlogist.com", TEXT);
        assertThat(reply.toString()).startsWith("451 4.3.2 this server leads no spool now");
    }
}

package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.filter.known.Correspondents;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Origins;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.smtp.NodeParameters;
import org.merpati.smtp.Reply;
import org.xbill.DNS.Type;

/** What the reception does with what the filter says. */
class ScreeningTest {
    private static final String TEXT = "From: x@example.org\r\nSubject: hello\r\n\r\nbody\r\n";

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

    private Reply send(String to) throws IOException {
        return fixture.send(role, "x@example.org", to, TEXT);
    }

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    private static List<String> verdicts(TestServer box) {
        return box.taken.stream()
                .flatMap(taken -> taken.envelope().recipients().stream())
                .map(to -> NodeParameters.target(to).verdict().replaceAll(":.*", ""))
                .toList();
    }

    @Test
    void whatAllRefuseIsRefusedInTheDialogueAndAcceptedAgainAtOnce() throws IOException {
        fixture.directory.addFilterRule("", "deny example.org");
        Reply reply = send("all@lvlogist.com");
        assertThat(reply.toString())
                .isEqualTo("550 5.7.1 the message is refused as spam: the server denies example.org");
        fixture.directory.removeFilterRule("", "deny example.org");
        assertThat(send("budi@lvlogist.com").positive()).isTrue();
        assertThat(verdicts(fixture.box1)).containsExactly("deliver");
        assertThat(role.counters()).containsEntry("spam", 1L);
    }

    @Test
    void whoWouldHaveRefusedAloneHasItInQuarantine() throws IOException {
        fixture.directory.addFilterRule("budi@lvlogist.com", "deny x@example.org");
        assertThat(send("budi@lvlogist.com").toString()).contains("the recipient denies x@example.org");
        assertThat(send("all@lvlogist.com").positive()).isTrue();
        Await.until("both have it", () -> fixture.box1.taken.size() + fixture.box2.taken.size() == 2);
        assertThat(verdicts(fixture.box1)).containsExactly("quarantine");
        assertThat(verdicts(fixture.box2)).containsExactly("deliver");
    }

    @Test
    void theVerdictWaitsInTheSpoolWithItsMail() throws IOException {
        fixture.directory.addFilterRule("lvlogist.com", "policy tag=-1 junk=-1");
        fixture.box1.answer(new Reply(451, "4.3.0 not now"));
        assertThat(send("budi@lvlogist.com").text()).contains("accepted as");
        fixture.box1.answer(new Reply(250, "2.0.0 taken"));
        Await.until("it came through the spool", () -> {
            fixture.clock.pass(500);
            return !fixture.box1.taken.isEmpty();
        });
        assertThat(verdicts(fixture.box1)).containsExactly("junk");
    }

    @Test
    void whatOnlyThisServerMayWriteIsTakenOutAndWrittenAnew() throws IOException {
        String theirs = crlf("""
                Subject: hello
                Authentication-Results: elsewhere.example; dkim=pass
                X-Other: stays

                X-Spam-Flag: body
                """);
        String ours = crlf("""
                X-Spam-Flag: YES
                X-Spam-Status: Yes,
                \tscore=99
                Authentication-Results: mta1.lvlogist.com;
                 dkim=pass
                """);
        assertThat(fixture.send(role, "x@example.org", "budi@lvlogist.com", ours + theirs)
                        .positive())
                .isTrue();
        String text = fixture.box1.taken.getFirst().text();
        assertThat(text)
                .startsWith("Received: ")
                .contains("\r\nX-Spam-Score: ")
                .endsWith(theirs)
                .doesNotContain("score=99")
                .doesNotContain("Authentication-Results: mta1");
    }

    @Test
    void aSettingIsInForceWithTheNextMessageAndAnotherIsLeftAlone() throws IOException {
        String attached = TEXT.replace("\r\n\r\n", "\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\n");
        assertThat(fixture.send(role, "x@example.org", "budi@lvlogist.com", attached)
                        .positive())
                .isTrue();
        fixture.directory.addFilterRule("", "attachment reject dangerous");
        fixture.directory.addFilterRule("", "a-line-of-tomorrow 7");
        assertThat(fixture.send(role, "x@example.org", "budi@lvlogist.com", attached)
                        .toString())
                .startsWith("550 5.7.1 the message is refused: files of this kind are not taken here: a.exe");
        fixture.directory.addFilterRule("", "clamd 127.0.0.1:1");
        assertThat(send("budi@lvlogist.com").toString()).startsWith("451 4.7.1 the message cannot be checked now");
        fixture.directory.addFilterRule("", "clamd-absent pass");
        assertThat(send("budi@lvlogist.com").positive()).isTrue();
        assertThat(fixture.box1.taken.getLast().text()).contains("VIRUS_UNSCANNED");
        fixture.directory.removeFilterRule("", "clamd 127.0.0.1:1");
        assertThat(send("budi@lvlogist.com").positive()).isTrue();
        assertThat(fixture.box1.taken.getLast().text()).doesNotContain("VIRUS_UNSCANNED");
    }

    @Test
    void contentRulesAreInForceWithoutASettingAndCanBeTakenOut() throws IOException {
        Await.until("the rules that come with the server are loaded", () -> found().contains("M_NO_DATE"));
        fixture.directory.addFilterRule("", "rules /nowhere/at/all");
        assertThat(found()).contains("M_NO_DATE");
        fixture.directory.addFilterRule("", "rules none");
        assertThat(found()).doesNotContain("M_NO_DATE");
    }

    private String found() {
        try {
            assertThat(send("budi@lvlogist.com").positive()).isTrue();
            return fixture.box1.taken.getLast().text();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    /** Sends as budi. */
    private void submit(String... to) throws IOException {
        String login = "\0budi@lvlogist.com\0rahasia";
        List<String> said = new ArrayList<>(List.of(
                "EHLO c",
                "AUTH PLAIN " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)),
                "MAIL FROM:<budi@lvlogist.com>"));
        for (String recipient : to) {
            said.add("RCPT TO:<" + recipient + ">");
        }
        said.addAll(List.of("DATA", TEXT + ".", "QUIT"));
        try (var client = fixture.network.connect(role.addresses().get(1), MtaFixture.LIMIT, Optional.empty())) {
            var lines =
                    new java.io.BufferedReader(new java.io.InputStreamReader(client.in(), StandardCharsets.ISO_8859_1));
            for (String line : said) {
                client.out().write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                client.out().flush();
            }
            assertThat(lines.lines().toList()).anyMatch(line -> line.startsWith("250 2.0.0"));
        }
    }

    /** Name servers that are asked from now on, and by which mail of example.org from here is its own. */
    private TestNames proving() throws IOException {
        Map<String, List<String>> spf = Map.of("example.org.", List.of("\"v=spf1 ip4:127.0.0.1 -all\""));
        TestNames names = new TestNames(Type.TXT, spf);
        fixture.directory.addFilterRule(
                "",
                "dns " + names.address().getHostString() + ":" + names.address().getPort());
        return names;
    }

    @Test
    void whomOneHasWrittenToIsTrustedIfItIsReallyHim() throws IOException {
        fixture.directory.addFilterRule("", "rules none");
        fixture.directory.addFilterRule("", "policy tag=-1 junk=-1 quarantine=none reject=none");
        assertThat(send("budi@lvlogist.com").positive()).isTrue();
        submit("x@example.org");
        AccountId budi = fixture.directory
                .people()
                .login("budi@lvlogist.com")
                .orElseThrow()
                .id();
        long pair = Correspondents.pair(budi, Address.parse("x@example.org"));
        Await.until("it is noted that budi wrote", () -> fixture.knowledge.lastLetter(pair) > 0);
        assertThat(send("budi@lvlogist.com").positive())
                .as("a name that anybody can write")
                .isTrue();
        try (TestNames _ = proving()) {
            assertThat(send("budi@lvlogist.com").positive()).as("proved").isTrue();
            assertThat(send("siti@lvlogist.com").positive())
                    .as("not whom siti wrote to")
                    .isTrue();
        }
        assertThat(verdicts(fixture.box1)).containsExactly("junk", "junk", "deliver");
        assertThat(verdicts(fixture.box2)).containsExactly("junk");
    }

    @Test
    void whatBecameOfEarlierMailOfAProvedSenderCounts() throws IOException {
        fixture.directory.addFilterRule("", "rules none");
        fixture.knowledge.experienced(
                List.of(new Experience(Origins.key("example.org"), 0, 30)), Clock.day(fixture.clock.millis()));
        assertThat(send("budi@lvlogist.com").positive()).isTrue();
        assertThat(fixture.box1.taken.getLast().text()).doesNotContain("SENDER_REPUTATION", "X-Spam-Origin");
        try (TestNames _ = proving()) {
            assertThat(send("budi@lvlogist.com").positive()).isTrue();
            assertThat(fixture.box1.taken.getLast().text())
                    .contains("X-Spam-Origin: example.org,\r\n\tx@example.org\r\n")
                    .contains("1.1 SENDER_REPUTATION of the mail of example.org 0 were wanted lately and 30 were not");
            fixture.directory.addFilterRule("", "reputation none");
            assertThat(send("budi@lvlogist.com").positive()).isTrue();
            assertThat(fixture.box1.taken.getLast().text()).doesNotContain("SENDER_REPUTATION", "X-Spam-Origin");
        }
        role.close();
        assertThat(fixture.knowledge
                        .opinion(Origins.key("x@example.org"), Clock.day(fixture.clock.millis()))
                        .wanted())
                .as("of the one message whose sender is proved")
                .isEqualTo(1);
    }

    @Test
    void whatOurOwnPeopleSendGoesWhereItWasSentTo() throws IOException {
        fixture.directory.addFilterRule("", "policy tag=-1 junk=-1 quarantine=-1");
        submit("siti@lvlogist.com");
        assertThat(verdicts(fixture.box2)).containsExactly("deliver");
        assertThat(fixture.box2.taken.getFirst().text()).doesNotContain("X-Spam");
    }
}

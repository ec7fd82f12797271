package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;

/** A mailbox of one person that another uses, whose own mailboxes are in another shard, led by another node. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedMailboxStoryTest {
    private static final Pattern SUBJECT = Pattern.compile("Subject: ([^\r\n]+)");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private Map<String, String> accounts = Map.of();
    private String owner = "";
    private String other = "";
    private int shared;
    private String own = "";
    private String team = "";

    /** The first shard's person shares mailboxes with the second's. */
    @BeforeAll
    void people() throws IOException {
        accounts = Kit.accounts(six.cluster(), "share", 4);
        owner = in("shard-1");
        other = in("shard-2");
    }

    /** Each story has its own. */
    @BeforeEach
    void share() throws IOException {
        own = "Team" + ++shared;
        team = "\"Other Users/" + owner + "/" + own + "\"";
        try (MailProbe.Imap client = login(owner)) {
            client.ok("CREATE " + own);
            client.ok("SETACL " + own + " " + other + " lrswipte");
        }
    }

    private String in(String shard) {
        return accounts.keySet().stream()
                .filter(account -> six.cluster().shard(account).equals(shard))
                .findFirst()
                .orElseThrow();
    }

    private MailProbe.Imap login(String account) throws IOException {
        MailProbe.Imap client =
                new MailProbe.Imap(six.cluster().plan().all("imap").getFirst());
        client.ok("LOGIN " + account + " " + accounts.get(account));
        return client;
    }

    private static byte[] message(String subject) {
        return ("Subject: " + subject + "\r\n\r\ntext of " + subject + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static void append(MailProbe.Imap client, String mailbox, String subject) throws IOException {
        assertThat(client.literal("APPEND " + mailbox, message(subject)).getLast())
                .startsWith("OK");
    }

    private static List<String> subjects(MailProbe.Imap client, String mailbox) throws IOException {
        client.ok("EXAMINE " + mailbox);
        String told = String.join("\n", client.ok("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]"));
        return SUBJECT.matcher(told).results().map(found -> found.group(1)).toList();
    }

    @Test
    void whatIsSharedIsReadAndWrittenWhereverEitherShardIsLed() throws IOException {
        try (MailProbe.Imap mine = login(owner);
                MailProbe.Imap theirs = login(other)) {
            append(mine, own, "first");
            assertThat(theirs.ok("LIST \"\" \"Other Users/*\"")).anyMatch(line -> line.contains(owner + "/" + own));
            append(theirs, team, "second");
            theirs.ok("SELECT " + team);
            assertThat(theirs.ok("UID FETCH 1:* FLAGS")).hasSize(3);
            theirs.ok("UID STORE 1 +FLAGS (\\Flagged)");
            mine.ok("SELECT " + own);
            assertThat(mine.ok("UID FETCH 1 FLAGS").getFirst()).contains("\\Flagged");
            assertThat(theirs.ok("UID COPY 1 INBOX").getLast()).contains("COPYUID");
            theirs.ok("SELECT INBOX");
            theirs.ok("UID MOVE 1 " + team);
            mine.ok("NOOP");
            assertThat(mine.ok("UID SEARCH SUBJECT first").getFirst()).matches("\\* SEARCH \\d+ \\d+");
            theirs.ok("SELECT " + team);
            theirs.idle();
            append(mine, own, "pushed");
            theirs.await(" EXISTS");
        }
    }

    @Test
    void whoSharesCanTakeItBackAtOnce() throws IOException {
        try (MailProbe.Imap mine = login(owner);
                MailProbe.Imap theirs = login(other)) {
            theirs.ok("SELECT " + team);
            mine.ok("DELETEACL " + own + " " + other);
            assertThat(theirs.command("UID FETCH 1:* FLAGS").getLast()).startsWith("NO");
            assertThat(theirs.command("SELECT " + team).getLast()).startsWith("NO [NONEXISTENT]");
            mine.ok("SETACL " + own + " " + other + " lrswipte");
            theirs.ok("SELECT " + team);
        }
    }

    /** The owner's shard loses its leader, then the other's; what was written to the shared mailbox is there. */
    @Test
    void aSharedMailboxOutlivesEitherOwner() throws IOException {
        Cluster cluster = six.cluster();
        int written = 0;
        for (String victim : List.of("gszimbra1", "gszimbra2")) {
            try (MailProbe.Imap theirs = login(other)) {
                append(theirs, team, "before " + victim);
                written++;
            }
            cluster.kill(victim);
            String subject = "after " + victim;
            Kit.await("it is written to without " + victim, PATIENCE, () -> wrote(subject));
            written++;
            try (MailProbe.Imap mine = login(owner)) {
                assertThat(subjects(mine, own)).contains("before " + victim, subject);
            }
            cluster.start(victim);
            cluster.awaitReady(Kit.READY);
        }
        try (MailProbe.Imap theirs = login(other)) {
            assertThat(subjects(theirs, team).size()).isGreaterThanOrEqualTo(written);
        }
        Stories.awaitOneHistory(cluster);
    }

    private boolean wrote(String subject) {
        try (MailProbe.Imap theirs = login(other)) {
            Optional<String> answer = Optional.of(
                    theirs.literal("APPEND " + team, message(subject)).getLast());
            return answer.filter(said -> said.startsWith("OK")).isPresent();
        } catch (IOException notNow) {
            return false;
        }
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.filter.bayes.Mark;
import org.merpati.kernel.Failure;
import org.merpati.smtp.Reply;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The filter's verdict in the cluster: said on one node, in force on all, and not forgotten when nodes die. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpamStoryTest {
    private static final String SPAMMER = "win@casino.example";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private String account = "";
    private String other = "";
    private String password = "";

    @BeforeAll
    void people() {
        Map<String, String> made = Kit.accounts(six.cluster(), "spam", 2);
        List<String> addresses = List.copyOf(made.keySet());
        account = addresses.get(0);
        other = addresses.get(1);
        password = made.getOrDefault(account, "");
    }

    @AfterEach
    void nothingIsSaid() {
        for (Map<String, String> said : List.of(
                Map.of("do", "spam forget", "sender", "casino.example"),
                Map.of("do", "spam policy", "policy", "none", "for", account))) {
            try {
                six.cluster().askAny(String.valueOf(said.get("do")), said);
            } catch (Failure nothing) {
                assertThat(nothing.sentence()).contains("says nothing");
            }
        }
    }

    private Reply send(int door, String id) {
        String server = six.cluster().plan().all("smtp").get(door);
        try {
            return MailProbe.send(server, SPAMMER, List.of(account), MailProbe.message(SPAMMER, account, "win", id));
        } catch (IOException away) {
            throw new UncheckedIOException(away);
        }
    }

    /** Sends a message to the MTA that leads a spool now. */
    private Reply accepted(List<String> to, byte[] message) {
        List<String> doors = six.cluster().plan().all("smtp");
        List<Reply> answers = new ArrayList<>();
        Kit.await(() -> "it is accepted; " + answers, Duration.ofSeconds(20), () -> {
            try {
                String door = doors.get(answers.size() % doors.size());
                answers.add(MailProbe.send(door, SPAMMER, to, message));
            } catch (IOException away) {
                answers.add(new Reply(421, String.valueOf(away.getMessage())));
            }
            return answers.getLast().positive();
        });
        return answers.getLast();
    }

    private boolean lies(String mailbox, String id) {
        String door = six.cluster().plan().all("imap").getFirst();
        try {
            return Stories.count(door, account, password, mailbox, id) > 0;
        } catch (IOException notNow) {
            return false;
        }
    }

    @Test
    void whoIsDeniedOnOneNodeIsRefusedByEachMtaWithinTwoSeconds() {
        assertThat(send(1, "before@casino.example").positive()).isTrue();
        six.cluster().ask("gsmta1", "spam deny", Map.of("sender", "casino.example"));
        for (int door : new int[] {0, 1}) {
            Kit.await(
                    "it is in force",
                    Duration.ofSeconds(2),
                    () -> send(door, "d" + door + "@casino.example")
                            .toString()
                            .contains("550 5.7.1 the message is refused as spam: the server denies casino.example"));
        }
    }

    @Test
    void whatTheRecipientCallsSpamIsFiledInJunkAndMarked() throws IOException {
        six.cluster().ask("gszimbra1", "spam policy", Map.of("policy", "tag=-5 junk=-5", "for", account));
        Kit.await(
                "it is in force",
                PATIENCE,
                () -> send(0, "j@casino.example").positive() && lies("Junk", "j@casino.example"));
        try (MailProbe.Imap client =
                new MailProbe.Imap(six.cluster().plan().all("imap").getFirst())) {
            client.ok("LOGIN " + account + " " + password);
            client.ok("EXAMINE Junk");
            assertThat(client.ok("FETCH * BODY.PEEK[HEADER]").getFirst())
                    .contains("X-Spam-Flag: YES")
                    .contains("X-Spam-Status: Yes, score=")
                    .contains("X-Spam-Score: ");
        }
    }

    /** Siti refuses what Budi takes: the message is accepted once, and she finds it in quarantine. */
    @Test
    void whatOneOfTwoWouldHaveRefusedIsInQuarantineAndCanBeReleased() throws IOException {
        Cluster cluster = six.cluster();
        cluster.ask("gsmta1", "spam deny", Map.of("sender", "win@casino.example", "for", other));
        byte[] message = MailProbe.message(SPAMMER, account, "win", "two@casino.example");
        Reply taken = accepted(List.of(account, other), message);
        String id = taken.text().replaceAll(".* ", "");
        Kit.await("it is in quarantine", PATIENCE, () -> held().size() == 1);
        assertThat(held().get(0).get("id").asString()).isEqualTo(id);
        Kit.await(
                "it is shown",
                PATIENCE,
                () -> asked("spam show", Map.of("address", other, "id", id))
                        .asString()
                        .matches("(?s).*Subject: win.*X-Spam-Flag: YES.*Hello[.].*"));
        Kit.await(
                "both explain it",
                PATIENCE,
                () -> asked("spam explain", Map.of("id", id)).size() == 2);
        Kit.await(
                "it is released",
                PATIENCE,
                () -> asked("spam release", Map.of("address", other, "id", id))
                        .asString()
                        .startsWith("released"));
        assertThat(held()).isEmpty();
        Stories.awaitMessage(cluster, other, password, "two@casino.example", PATIENCE);
        cluster.askAny("spam forget", Map.of("sender", "win@casino.example", "for", other));
    }

    private JsonNode held() {
        return asked("spam held", Map.of("address", other));
    }

    /** What an operation says; nothing while a shard is handed from one node to another. */
    private JsonNode asked(String operation, Map<String, String> parameters) {
        try {
            return six.cluster().askAny(operation, parameters);
        } catch (Failure notNow) {
            return MissingNode.getInstance();
        }
    }

    @Test
    void aVerdictIsKeptWhileItsMailWaitsAndItsNodesDie() throws IOException {
        Cluster cluster = six.cluster();
        cluster.ask("gszimbra1", "spam policy", Map.of("policy", "tag=-5 junk=-5", "for", account));
        Kit.await(
                "it is in force",
                PATIENCE,
                () -> send(0, "first@casino.example").positive() && lies("Junk", "first@casino.example"));
        String shard = cluster.shard(account);
        cluster.kill(shard.equals("shard-1") ? "gszimbra1" : "gszimbra2");
        Reply taken = accepted(List.of(account), MailProbe.message(SPAMMER, account, "win", "waits@casino.example"));
        cluster.kill("gsmta1");
        Kit.await(() -> "it is in Junk; " + taken, Duration.ofSeconds(60), () -> lies("Junk", "waits@casino.example"));
        assertThat(lies("INBOX", "waits@casino.example")).isFalse();
    }

    /** How many messages of a kind a node knows to be learned from. */
    private int learned(String node, String kind) {
        try {
            return six.cluster().ask(node, "spam learned", Map.of()).get(kind).asInt();
        } catch (Failure notNow) {
            return -1;
        }
    }

    private void awaitLearned(String node, int ham, int spam) {
        Kit.await(
                () -> node + " knows of " + ham + " and " + spam + ", not of " + learned(node, "ham") + " and "
                        + learned(node, "spam"),
                PATIENCE,
                () -> learned(node, "ham") == ham && learned(node, "spam") == spam);
    }

    @Test
    void whatPeopleSortIsLearnedByEachMtaAndThenJudgedBy() throws IOException {
        Cluster cluster = six.cluster();
        int ham = learned("gsmta1", "ham");
        int spam = learned("gsmta1", "spam");
        accepted(List.of(account), MailProbe.message(SPAMMER, account, "win", "sorted@casino.example"));
        Stories.awaitMessage(cluster, account, password, "sorted@casino.example", PATIENCE);
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
            client.ok("LOGIN " + account + " " + password);
            client.ok("SELECT INBOX");
            String uid = client.ok("UID SEARCH HEADER Message-ID sorted@casino.example")
                    .getFirst()
                    .replaceAll("\\D+", " ")
                    .strip();
            client.ok("UID MOVE " + uid + " Junk");
            awaitLearned("gsmta1", ham, spam + 1);
            awaitLearned("gsmta2", ham, spam + 1);
            client.ok("SELECT Junk");
            client.ok("MOVE * Archive");
            awaitLearned("gsmta2", ham + 1, spam);
            client.ok("SELECT Archive");
            client.ok("STORE * +FLAGS ($Junk)");
            awaitLearned("gsmta2", ham, spam + 1);
            client.ok("MOVE * Trash");
        }
        Lessons lessons = new Lessons(20261126);
        for (int i = 0; i < 10; i++) {
            cluster.ask("gszimbra1", "spam learn", Map.of("lessons", lessons.of(Mark.SPAM, 20)));
            cluster.ask("gszhap", "spam learn", Map.of("lessons", lessons.of(Mark.HAM, 20)));
        }
        awaitLearned("gsmta1", ham + 200, spam + 201);
        awaitLearned("gsmta2", ham + 200, spam + 201);
        cluster.kill("gsmta1");
        cluster.start("gsmta1");
        awaitLearned("gsmta1", ham + 200, spam + 201);
        Reply taken = accepted(List.of(account), lessons.message(Mark.SPAM, "bayes@casino.example"));
        Kit.await(
                () -> "it is judged by what was learned: " + explained(taken),
                PATIENCE,
                () -> explained(taken).contains("BAYES_9"));
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
            client.ok("LOGIN " + account + " " + password);
            client.ok("SELECT Junk");
            client.ok("STORE 1:* +FLAGS (\\Deleted)");
            client.ok("EXPUNGE");
        }
        assertThat(explained(taken)).as("the message is gone").contains("BAYES_9");
    }

    @Test
    void whatIsSaidOfAMessageCountsForItsOriginOnEachMta() throws IOException {
        Cluster cluster = six.cluster();
        byte[] message = "X-Spam-Origin: 203.0.113.0/24\r\nSubject: again\r\n\r\nfrom there\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
            client.ok("LOGIN " + account + " " + password);
            client.literal("APPEND Archive", message);
            client.ok("SELECT Archive");
            client.ok("MOVE * Junk");
        }
        Map<String, String> origin = Map.of("origin", "203.0.113.77");
        for (String mta : List.of("gsmta1", "gsmta2")) {
            Kit.await(() -> mta + " knows of it", PATIENCE, () -> unwanted(mta, origin) == 5);
        }
        assertThat(unwanted("gsmta1", Map.of("origin", "203.0.114.0/24"))).isZero();
        cluster.ask("gszimbra1", "spam reputation forget", origin);
        Kit.await("it is forgotten", PATIENCE, () -> unwanted("gsmta2", origin) == 0);
    }

    private int unwanted(String node, Map<String, String> origin) {
        return six.cluster()
                .ask(node, "spam reputation", origin)
                .path("unwanted")
                .asInt();
    }

    /** What a trap has seen is known to the other MTA a moment later. */
    @Test
    void aWaveThatATrapHasSeenIsKnownToEachMta() throws IOException {
        Cluster cluster = six.cluster();
        cluster.ask("gsldap", "spam set", Map.of("line", "trap " + other));
        Lessons wave = new Lessons(7);
        byte[] first = wave.message(Mark.SPAM, "wave1@casino.example");
        byte[] next = new String(first, StandardCharsets.US_ASCII)
                .replace("wave1@", "wave2@")
                .getBytes(StandardCharsets.US_ASCII);
        accepted(List.of(other), first);
        List<String> doors = cluster.plan().all("smtp");
        for (String door : doors) {
            Kit.await("the wave is known at " + door, PATIENCE, () -> {
                try {
                    Reply taken = MailProbe.send(door, SPAMMER, List.of(account), next);
                    return taken.positive() && explained(taken).contains("WAVE");
                } catch (IOException away) {
                    return false;
                }
            });
        }
        cluster.ask("gsldap", "spam unset", Map.of("line", "trap " + other));
    }

    private String explained(Reply taken) {
        return asked("spam explain", Map.of("id", taken.text().replaceAll(".* ", "")))
                .toString();
    }
}

package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.it.Kit;
import org.merpati.it.Stories;

/** Two of three nodes are lost with their disks, and the cluster goes on with what the third has. */
@Tag("slow")
class RecoverStoryTest {
    @TempDir
    private Path folder = Path.of("");

    private NodesFixture nodes;

    @BeforeEach
    void three() throws IOException {
        nodes = new NodesFixture(Kit.Form.EMBEDDED, folder);
    }

    @AfterEach
    void down() {
        nodes.close();
    }

    private Cluster cluster() {
        return nodes.cluster();
    }

    private MailProbe.Imap login(String node, String account) throws IOException {
        MailProbe.Imap client =
                new MailProbe.Imap(cluster().plan().listeners(node).getOrDefault("imap", ""));
        client.ok("LOGIN " + account + " secret");
        return client;
    }

    private void append(String account, String text) throws IOException {
        try (MailProbe.Imap client = login("node1", account)) {
            String letter = "Subject: " + text + "\r\n\r\nHello\r\n";
            client.literal("APPEND INBOX", letter.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private long uidValidity(String account) throws IOException {
        try (MailProbe.Imap client = login("node1", account)) {
            String status = client.ok("STATUS INBOX (UIDVALIDITY)").getFirst();
            return Long.parseLong(status.replaceAll(".*UIDVALIDITY (\\d+).*", "$1"));
        }
    }

    private void awaitSubjects(String node, String account, List<String> subjects) {
        Kit.await(account + " has " + subjects, NodesFixture.PATIENCE, () -> {
            try (MailProbe.Imap client = login(node, account)) {
                client.ok("EXAMINE INBOX");
                String all =
                        client.ok("FETCH 1:* BODY[HEADER.FIELDS (SUBJECT)]").toString();
                return subjects.stream().allMatch(all::contains);
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** Waits until no voter lacks anything: what is read next is on every node. */
    private void awaitCopies() {
        Kit.await(
                () -> "all have all: " + cluster().status(),
                NodesFixture.PATIENCE,
                () -> cluster().status().stream()
                        .flatMap(row -> row.groups().stream())
                        .flatMap(group -> group.lag().values().stream())
                        .allMatch(lag -> lag == 0));
    }

    @Test
    void whatOneNodeHasIsServedAndTheOthersComeBackToIt() throws IOException {
        Map<String, Long> before = new TreeMap<>();
        for (String shard : List.of("shard-1", "shard-2", "shard-3")) {
            String account = nodes.in(shard).getFirst();
            append(account, "before");
            before.put(account, uidValidity(account));
        }
        awaitCopies();
        assertThat(recover("node2,node3", false).err()).contains("node node2 is up");
        cluster().kill(List.of("node2", "node3"));
        for (String node : List.of("node2", "node3")) {
            Files.move(cluster().plan().data(node), folder.resolve(node + "-burnt"));
        }
        Kit.await(
                "both are missed",
                NodesFixture.PATIENCE,
                () -> recover("node2,node3", false).err().isEmpty());
        assertThat(recover("node3", true).err()).contains("no group can go on by that");
        assertThat(recover("node2,node3", false).out())
                .contains("shard-2: goes on with what node node1 has of it, up to entry ")
                .contains("Nothing is done yet");
        assertThat(recover("node2,node3", true).out())
                .contains("Start node node1 again: it goes on with what it has")
                .contains("merpati node token node2");

        cluster().stop("node1");
        cluster().start("node1");
        for (String account : before.keySet()) {
            awaitSubjects("node1", account, List.of("before"));
            assertThat(uidValidity(account)).isGreaterThan(before.get(account));
            append(account, "alone");
        }
        comeBack("node2");
        comeBack("node3");
        awaitCopies();
        cluster().kill("node1");
        for (String account : before.keySet()) {
            awaitSubjects("node2", account, List.of("before", "alone"));
        }
        cluster().start("node1");
        cluster().awaitReady(Kit.READY);
    }

    private Stories.Said recover(String lost, boolean accept) {
        return accept
                ? Stories.typed(cluster(), "node1", "recover", "--lost", lost, "--accept-loss")
                : Stories.typed(cluster(), "node1", "recover", "--lost", lost);
    }

    /** A machine in the place of one that was lost joins with an empty disk. */
    private void comeBack(String node) throws IOException {
        Files.move(folder.resolve(node + "-burnt"), cluster().plan().data(node));
        nodes.loseDisk(node, "node1");
        cluster().start(node);
        nodes.awaitVotes(node);
    }
}

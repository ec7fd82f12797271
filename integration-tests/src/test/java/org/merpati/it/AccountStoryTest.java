package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import tools.jackson.databind.JsonNode;

/** What an administrator does for an account from any node, while the owner of its mailboxes is another. */
@Tag("slow")
class AccountStoryTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path folder = Path.of("");

    /** Sends as an MTA does: a temporary refusal is tried again. */
    private static void send(Cluster cluster, String to, String id) {
        byte[] message = MailProbe.message("outside@example.net", to, "subject of " + id, id);
        String door = cluster.plan().all("smtp").getFirst();
        Kit.await(id + " is taken", SOON, () -> {
            try {
                return MailProbe.send(door, "outside@example.net", List.of(to), message)
                        .positive();
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    private static void await(Cluster cluster, String account, String id) {
        String door = cluster.plan().all("imap").getFirst();
        Kit.await(id + " is in the mailbox of " + account, SOON, () -> {
            try {
                return Stories.count(door, account, "secret", "INBOX", id) == 1;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    @Test
    void mailWaitsForRoomAndWhatWasRemovedComesBackOverATakeOver() throws IOException {
        Map<String, String> lines = Map.of("timing", "retry-first = \"1s\"\nretry-last = \"2s\"");
        try (Cluster cluster = Kit.cluster(Kit.Form.EMBEDDED, "three", folder, lines)) {
            Kit.up(cluster);
            String account = Kit.accounts(cluster, "u", 1).keySet().iterator().next();
            String asked = cluster.plan().nodes().getLast();
            // The password is "rahasia", the salt "salt".
            String hash = "{SSHA}W7Tc18DUSihnIXZ4oeU0BsXOH7NzYWx0";
            cluster.ask(asked, "account add", Map.of("address", "imported@lvlogist.com", "hash", hash));
            Kit.await("who was imported logs in", SOON, () -> {
                try (MailProbe.Imap client =
                        new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
                    client.ok("LOGIN imported@lvlogist.com rahasia");
                    return true;
                } catch (IOException notYet) {
                    return false;
                }
            });
            send(cluster, account, "first@example.net");
            await(cluster, account, "first@example.net");
            cluster.ask(asked, "account quota", Map.of("address", account, "messages", "1"));
            send(cluster, account, "second@example.net");
            cluster.ask(asked, "account quota", Map.of("address", account, "messages", "0", "size", "2G"));
            await(cluster, account, "second@example.net");
            JsonNode shown = cluster.ask(asked, "account show", Map.of("address", account));
            assertThat(shown.get("messages").asString()).isEqualTo("2");
            assertThat(shown.get("quota").asString()).isEqualTo("2G, any number of messages");

            try (MailProbe.Imap client =
                    new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
                client.ok("LOGIN " + account + " secret");
                client.ok("SELECT INBOX");
                client.ok("STORE 1:* +FLAGS (\\Deleted)");
                client.ok("EXPUNGE");
            }
            JsonNode removed = cluster.ask(asked, "removed", Map.of("address", account));
            assertThat(removed.get("messages").size()).isEqualTo(2);
            assertThat(removed.at("/messages/0/subject").asString()).isEqualTo("subject of second@example.net");
            assertThat(removed.get("next").asString()).isEmpty();
            JsonNode searched = cluster.ask(asked, "removed", Map.of("address", account, "text", "OF First"));
            assertThat(searched.at("/messages/0/subject").asString()).isEqualTo("subject of first@example.net");
            assertThat(searched.get("messages").size()).isEqualTo(1);
            String owner = owner(cluster, account);
            cluster.kill(owner);
            cluster.start(owner);
            cluster.awaitReady(Kit.READY);
            assertThat(cluster.ask(asked, "undelete", Map.of("address", account, "last", "1h"))
                            .asString())
                    .startsWith("2 messages are back");
            await(cluster, account, "first@example.net");
            await(cluster, account, "second@example.net");
        }
    }

    private static String owner(Cluster cluster, String account) {
        String shard = cluster.shard(account);
        return cluster.status().stream()
                .filter(node ->
                        node.groups().stream().anyMatch(group -> group.name().equals(shard) && group.leader()))
                .findFirst()
                .orElseThrow()
                .name();
    }
}

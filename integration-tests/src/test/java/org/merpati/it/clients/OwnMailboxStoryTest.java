package org.merpati.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.it.Kit;
import org.merpati.it.Six;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A person removes mail and brings it back herself, through a node that does not own her mailbox, over a take-over. */
@Tag("slow")
class OwnMailboxStoryTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PASSWORD = "secret";

    @TempDir
    private Path folder = Path.of("");

    /** A page's requests to a console. */
    private record Page(HttpClient browser, String site, String cookie, String csrf) {
        static Page signIn(HttpClient browser, String site, String account) throws IOException, InterruptedException {
            Page before = new Page(browser, site, "", "");
            HttpResponse<String> answer = before.post("/api/login", Map.of("name", account, "password", PASSWORD));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            String set = answer.headers().firstValue("Set-Cookie").orElseThrow();
            String csrf = JSON.readTree(answer.body()).get("csrf").asString();
            return new Page(browser, site, set.replaceAll(";.*", ""), csrf);
        }

        HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return browser.send(
                    HttpRequest.newBuilder(URI.create(site + path))
                            .setHeader("Cookie", cookie)
                            .build(),
                    BodyHandlers.ofString());
        }

        HttpResponse<String> post(String path, Map<String, ?> form) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(site + path))
                    .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(new TreeMap<>(form))))
                    .setHeader("Content-Type", "application/json")
                    .setHeader("Cookie", cookie)
                    .setHeader("X-CSRF-Token", csrf)
                    .build();
            return browser.send(request, BodyHandlers.ofString());
        }
    }

    /** Appends messages and removes them for good. */
    private static void removeSome(Cluster cluster, String account, int count) throws IOException {
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
            client.ok("LOGIN " + account + " " + PASSWORD);
            for (int i = 1; i <= count; i++) {
                String text = "From: Siti <siti@example.net>\r\nSubject: number " + i + "\r\n\r\nText\r\n";
                client.literal("APPEND INBOX", text.getBytes(StandardCharsets.US_ASCII));
            }
            client.ok("SELECT INBOX");
            client.ok("STORE 1:* +FLAGS (\\Deleted)");
            client.ok("EXPUNGE");
        }
    }

    private static String subjects(String account, Cluster cluster) {
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster.plan().all("imap").getLast())) {
            client.ok("LOGIN " + account + " " + PASSWORD);
            client.ok("SELECT INBOX");
            return String.join("\n", client.ok("UID FETCH 1:* (UID BODY[HEADER.FIELDS (SUBJECT)])"));
        } catch (IOException notNow) {
            return "";
        }
    }

    @Test
    void aPersonBringsBackWhatSheRemoved() throws Exception {
        try (Cluster cluster = Kit.cluster(Kit.Form.EMBEDDED, "three", folder, Map.of())) {
            Kit.up(cluster);
            List<String> people = List.copyOf(Kit.accounts(cluster, "p", 2).keySet());
            String account = people.getFirst();
            removeSome(cluster, account, 3);
            String owner = cluster.leader(cluster.shard(account)).orElseThrow();
            String other = cluster.plan().nodes().stream()
                    .filter(node -> !node.equals(owner))
                    .findFirst()
                    .orElseThrow();
            int port = Integer.parseInt(
                    cluster.plan().addresses(other).getOrDefault("console", "").replaceAll(".*:", ""));
            Path authority = cluster.plan().data(other).resolve("identity/ca.crt");
            try (HttpClient browser =
                    HttpClient.newBuilder().sslContext(Six.trusting(authority)).build()) {
                Page page = Page.signIn(browser, "https://localhost:" + port, account);
                assertThat(page.get("/api/status").statusCode()).isEqualTo(403);
                JsonNode listed = JSON.readTree(page.get("/api/removed").body());
                assertThat(listed.get("messages").size()).isEqualTo(3);
                JsonNode found = JSON.readTree(
                                page.get("/api/removed?text=NUMBER%202").body())
                        .at("/messages/0");
                assertThat(found.get("name").asString()).isEqualTo("Siti");
                assertThat(found.get("mailbox").asString()).isEqualTo("INBOX");
                List<String> chosen = List.of(found.get("key").asString());

                Page stranger = Page.signIn(browser, "https://localhost:" + port, people.getLast());
                assertThat(stranger.post("/api/restore", Map.of("keys", chosen)).body())
                        .isEqualTo("{\"gone\":1,\"restored\":0}");

                cluster.kill(owner);
                HttpResponse<String> back = page.post("/api/restore", Map.of("keys", chosen));
                assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
                HttpResponse<String> again = page.post("/api/restore", Map.of("keys", chosen));
                assertThat(again.body()).isEqualTo("{\"gone\":1,\"restored\":0}");
                assertThat(JSON.readTree(page.get("/api/mailbox").body())
                                .get("messages")
                                .asInt())
                        .isEqualTo(1);
                cluster.start(owner);
                Kit.await("the message is in her INBOX under a new UID", Kit.READY, () -> {
                    String inbox = subjects(account, cluster);
                    return inbox.contains("UID 4 ") && inbox.contains("Subject: number 2");
                });
            }
        }
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Cluster;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the page Server Status is sent while nodes die, freeze and return; TLS is checked against the cluster's CA. */
@Tag("processes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleStoryTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ADMIN = "console-story@lvlogist.com";
    private static final String PASSWORD = "a pigeon knows the way";
    private static final String DATA = "data: ";
    /** How long a node that was killed is shown as if it ran. */
    private static final Duration RED = Duration.ofSeconds(3);

    @RegisterExtension
    final Six six = new Six(Kit.Form.PROCESSES);

    /** What was sent last of each node: a colour and the state in a word. */
    private final Map<String, String> rows = new ConcurrentHashMap<>();

    private HttpClient browser = HttpClient.newHttpClient();
    private volatile String ended = "";

    @BeforeAll
    void watch() throws Exception {
        Cluster cluster = six.cluster();
        cluster.askAny("account add", Map.of("address", ADMIN, "password", PASSWORD, "admin", "true"));
        Kit.await("the console's node knows the account", Duration.ofSeconds(30), () -> cluster.knows("gsldap", ADMIN));
        browser = HttpClient.newBuilder().sslContext(six.trusting()).build();
        HttpResponse<InputStream> events = browser.send(
                request("/api/events").setHeader("Cookie", signIn()).build(), BodyHandlers.ofInputStream());
        assertThat(events.statusCode()).isEqualTo(200);
        Thread.ofVirtual().start(() -> read(events.body()));
    }

    @AfterAll
    void close() {
        browser.shutdownNow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + six.port("console") + path));
    }

    /** The cookie of a new session. */
    private String signIn() throws IOException, InterruptedException {
        String form = JSON.writeValueAsString(new TreeMap<>(Map.of("name", ADMIN, "password", PASSWORD)));
        HttpResponse<String> answer = browser.send(
                request("/api/login")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .setHeader("Content-Type", "application/json")
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
    }

    private void read(InputStream events) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(DATA)) {
                    for (JsonNode node :
                            JSON.readTree(line.substring(DATA.length())).path("nodes")) {
                        String colour = node.get("green").asBoolean() ? "green" : "red";
                        rows.put(
                                node.get("name").asString(),
                                colour + " " + node.get("state").asString());
                    }
                }
            }
            ended = "; the events are over";
        } catch (IOException broken) {
            ended = "; the events broke: " + broken;
        }
    }

    private void await(String node, String row, Duration limit) {
        long begun = System.nanoTime();
        Kit.await(() -> node + " is shown " + row + ", not " + rows + ended, limit, () -> row.equals(rows.get(node)));
        System.out.printf("console: %s %s after %d ms%n", node, row, (System.nanoTime() - begun) / 1_000_000);
    }

    @Test
    void aKilledNodeIsRedAndGreenAgainWhenItIsBack() throws IOException {
        await("gszimbra1", "green ready", Duration.ofSeconds(30));
        six.cluster().kill("gszimbra1");
        await("gszimbra1", "red down", RED);
        six.cluster().start("gszimbra1");
        await("gszimbra1", "green ready", Kit.READY);
    }

    @Test
    void aFrozenNodeIsRedAndGreenAgainWhenItGoesOn() throws IOException {
        await("gsmta2", "green ready", Duration.ofSeconds(30));
        six.cluster().pause("gsmta2");
        try {
            await("gsmta2", "red down", Duration.ofSeconds(10));
        } finally {
            six.cluster().resume("gsmta2");
        }
        await("gsmta2", "green ready", Kit.READY);
    }
}

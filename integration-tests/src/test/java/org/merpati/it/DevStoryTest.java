package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a newcomer types behind {@code ./dev}: one node from its first mail to the second life of its data. */
@Tag("processes")
class DevStoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    private Path root = Path.of("");

    private final List<Process> begun = new ArrayList<>();

    /** How a command ended, and all that it said. */
    private record Said(int code, String text) {}

    @BeforeEach
    void lay() throws IOException {
        Files.createSymbolicLink(root.resolve("conf"), Kit.ROOT.resolve("conf"));
        Files.createDirectories(root.resolve("target/dev"));
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : begun) {
            process.destroyForcibly().waitFor();
        }
    }

    private Process begin(Path said, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.nio.file.spi.DefaultFileSystemProvider=org.merpati.dev.disk.DiskProvider",
                "-Dmerpati.root=" + root,
                "-jar",
                Kit.JARS.resolve("merpati-dev.jar").toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        begun.add(process);
        return process;
    }

    private Said typed(String... words) throws IOException, InterruptedException {
        Path said = Files.createTempFile(root, "said", ".txt");
        Process process = begin(said, words);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("%s ends", String.join(" ", words))
                .isTrue();
        return new Said(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
    }

    /** Starts the cluster in the background, and waits until it says what to try next. */
    private Process up(String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("up", "one"));
        words.addAll(List.of(more));
        Path said = Files.createTempFile(root, "up", ".txt");
        Process cluster = begin(said, words.toArray(new String[0]));
        Kit.await(() -> "the cluster is up: " + read(said), PATIENCE, () -> {
            assertThat(cluster.isAlive()).as("it runs: %s", read(said)).isTrue();
            return read(said).contains("Try next:");
        });
        assertThat(read(said)).contains("takes a mail from outside").contains("shows it in the INBOX");
        return cluster;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException notYet) {
            return "";
        }
    }

    private JsonNode endpoints() throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(root.resolve("target/dev/endpoints.json")));
    }

    @Test
    void aClusterIsStartedAskedHarmedAndFoundAgain() throws Exception {
        Process cluster = up("--base-port", Integer.toString(Kit.freeBase()));
        JsonNode written = endpoints();
        assertThat(written.get("layout").asString()).isEqualTo("one");
        JsonNode node = written.get("nodes").get(0);
        assertThat(node.get("name").asString()).isEqualTo("mail");
        assertThat(node.get("pid").asLong()).isEqualTo(cluster.pid());
        assertThat(node.get("listeners").propertyNames())
                .contains("smtp", "submission", "smtps", "lmtp", "imap", "imaps", "pop3", "pop3s", "ldap", "console");
        assertThat(written.get("public").propertyNames()).contains("smtp", "imap", "imaps", "pop3", "ldap", "console");
        String address = written.get("accounts").get(1).get("address").asString();
        String password = written.get("accounts").get(1).get("password").asString();
        String imap = written.get("public").get("imap").get(0).asString();

        Said mail = typed("mail", "outside@example.net", address);
        assertThat(mail.text()).contains("says 250");
        assertThat(mail.code()).isZero();
        assertThat(Stories.messages(imap, address, password)).isEqualTo(2);
        Said status = typed("status", "--json");
        assertThat(status.text())
                .contains("\"name\":\"mail\"", "\"state\":\"ready\"", "\"leader\":true", "\"epoch\":", "\"lag\":");

        assertThat(typed("up", "one"))
                .satisfies(said -> assertThat(said.text()).contains("runs in").contains("already"));
        assertThat(typed("up", "seven").text()).contains("no layout 'seven': one, three or six");
        assertThat(typed("kill", "nobody").text()).contains("no node 'nobody'");
        assertThat(typed("kill", "mail").code()).isZero();
        assertThat(typed("status").text()).contains("./dev:").doesNotContain("\tat ");
        assertThat(typed("start", "mail").code()).isZero();
        Kit.await("the node serves again", PATIENCE, () -> Stories.messages(imap, address, password) == 2);

        assertThat(typed("down").code()).isZero();
        assertThat(cluster.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(typed("down").text()).contains("no cluster runs");
        up();
        assertThat(endpoints().get("public").get("imap").get(0).asString()).isEqualTo(imap);
        assertThat(Stories.messages(imap, address, password))
                .as("two from before and the first of this start")
                .isEqualTo(3);
        assertThat(typed("down").code()).isZero();
    }

    @Test
    void aPortThatIsTakenIsNamedWithTheWayOut() throws Exception {
        int base = Kit.freeBase();
        try (ServerSocket other = new ServerSocket(base + 2, 1, InetAddress.getLoopbackAddress())) {
            Said said = typed("up", "one", "--base-port", Integer.toString(base));
            assertThat(said.code()).isEqualTo(1);
            assertThat(said.text())
                    .contains("./dev: 127.0.0.1:" + other.getLocalPort() + ", for raft of node mail, cannot be had:")
                    .contains("./dev up one --fresh --base-port N")
                    .doesNotContain("\tat ");
        }
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Plan;
import org.merpati.it.Stories.Said;

/** Every node is administered over HTTPS by who has a token, whatever its roles. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminApiStoryTest {
    private static final Duration IN_FORCE = Duration.ofSeconds(2);

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    @TempDir
    Path folder;

    private Plan plan() {
        return six.cluster().plan();
    }

    /** What is typed on a node itself. */
    private Said there(String node, String... words) {
        return Stories.typed(six.cluster(), node, words);
    }

    private String address(String node) {
        var listeners = plan().listeners(node);
        return "https://" + listeners.getOrDefault("admin", listeners.getOrDefault("console", "no listener"));
    }

    /** What is typed elsewhere, for a node. */
    private Said remote(String node, Path token, String... words) {
        List<String> line = new ArrayList<>(List.of(words));
        line.addAll(List.of("--node", address(node), "--token-file", token.toString()));
        line.addAll(List.of("--ca", six.authority().toString()));
        return Stories.typed(line);
    }

    private Path token(String... words) throws IOException {
        Said made = there("gsldap", words);
        assertThat(made.code()).as(made.err()).isZero();
        var own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path file = Files.createTempFile(folder, "token", "", own);
        return Files.writeString(file, made.out() + "\n");
    }

    @Test
    void aTokenOpensEachNodeUntilItIsTakenBack() throws IOException {
        Path token = token("token", "add", "deploy", "--days", "1");
        assertThat(there("gsldap", "token", "add", "deploy").err()).contains("there is a token 'deploy' already");
        for (String node : plan().nodes()) {
            Kit.await(
                    () -> node + " knows the token: " + remote(node, token, "status"),
                    IN_FORCE,
                    () -> remote(node, token, "status", "--json").out().contains("\"name\":\"gszhap\""));
        }
        assertThat(remote("gsmta1", token, "domain", "add", "remote.example").out())
                .contains("domain remote.example added");
        assertThat(remote("gszhap", token, "token", "list").out()).contains("deploy", "all", "20");
        assertThat(remote("gszimbra1", token, "token", "remove", "deploy").code())
                .isZero();
        for (String node : plan().nodes()) {
            Kit.await(
                    () -> node + " does not know it any more",
                    IN_FORCE,
                    () -> remote(node, token, "status").err().contains("does not know this token"));
        }
    }

    @Test
    void whoMayOnlyLookChangesNothing() throws IOException {
        Path token = token("token", "add", "watcher", "--read-only");
        Kit.await(
                "gsmta2 knows it",
                IN_FORCE,
                () -> remote("gsmta2", token, "status").code() == 0);
        List<String> changes = List.of(
                "domain add x.example", "node token gsmta1", "token add more", "spam quarantine list a@x.example");
        for (String change : changes) {
            assertThat(remote("gsmta2", token, change.split(" ")))
                    .isEqualTo(new Said(1, "", "merpati: the token 'watcher' may only look"));
        }
    }

    @Test
    void whatIsWrongIsSaidInASentence() throws IOException {
        Path token = token("token", "add", "wrong");
        String node = address("gsmta1");
        String file = token.toString();
        assertThat(Stories.typed(List.of("status", "--node", node)).err()).contains("needs a token: --token-file FILE");
        assertThat(Stories.typed(List.of("status", "--node", node, "--token-file", file, "--data", "/x"))
                        .err())
                .isEqualTo("merpati: --data and --node name two nodes: one of them is asked");
        assertThat(Stories.typed(List.of("status", "--node", node, "--token-file", file))
                        .err())
                .contains("does not show a certificate that is trusted here")
                .contains("--ca names a copy of the file identity/ca.crt");
        assertThat(Stories.typed(List.of("status", "--node", "https://127.0.0.1:1", "--token-file", file))
                        .err())
                .contains("nobody answers at https://127.0.0.1:1");
        assertThat(Stories.typed(List.of("status", "--node", "ftp://x", "--token-file", file))
                        .err())
                .contains("'ftp://x' is no address of a node: https://HOST:7071");
        assertThat(Stories.typed(List.of("status", "--node", node, "--token-file", folder + "/none"))
                        .err())
                .isEqualTo("merpati: there is no file or folder " + folder + "/none");
        assertThat(Stories.typed(List.of("status", "--node", node, "--token-file", file, "--ca", file))
                        .err())
                .contains(file);
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(remote("gsmta1", token, "status").err())
                .contains("others can read or write " + file + ": chmod 600");
        assertThat(there("gsldap", "token", "add", "Two Words").err()).contains("a token's name is of small letters");
        assertThat(there("gsldap", "token", "add", "x", "--days", "0").err()).contains("after 1 to 3650 days");
        assertThat(there("gszhap", "node", "token", "gsmta2").err())
                .startsWith("merpati: this node does not hold the cluster's CA: ask gsldap");
        assertThat(there("gsldap", "token", "remove", "nobody").err()).contains("there is no token 'nobody'");
    }

    /** The console's listener and the one of other nodes answer alike. */
    @Test
    void requestsThatAreNoneAreRefused() throws Exception {
        String secret = Files.readString(token("token", "add", "raw")).strip();
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(six.trusting()).build()) {
            for (String node : List.of("gsldap", "gszhap")) {
                Kit.await(
                        node + " knows it",
                        IN_FORCE,
                        () -> status(client, post(node, "{\"do\":\"self\"}", secret)) == 200);
                HttpResponse<String> stranger = client.send(
                        post(node, "{\"do\":\"status\"}", "merpati_guess"), HttpResponse.BodyHandlers.ofString());
                assertThat(stranger.statusCode()).isEqualTo(401);
                assertThat(stranger.headers().firstValue("WWW-Authenticate")).contains("Bearer");
                assertThat(stranger.headers().firstValue("Cache-Control")).contains("no-store");
                assertThat(status(client, post(node, "{\"do\":", secret))).isEqualTo(400);
                assertThat(status(client, post(node, "[]", secret))).isEqualTo(400);
                assertThat(status(client, post(node, "{\"do\":\"fly\"}", secret)))
                        .isEqualTo(400);
                String nobody = "{\"do\":\"account show\",\"address\":\"no@lvlogist.com\"}";
                assertThat(status(client, post(node, nobody, secret))).isEqualTo(409);
                assertThat(status(client, post(node, " ".repeat((1 << 20) + 1), secret)))
                        .isEqualTo(413);
                HttpRequest get = HttpRequest.newBuilder(URI.create(address(node) + "/api/admin"))
                        .build();
                assertThat(status(client, get)).isIn(404, 405);
            }
            HttpRequest page =
                    HttpRequest.newBuilder(URI.create(address("gszhap") + "/")).build();
            assertThat(status(client, page)).as("pages are the console's").isEqualTo(404);
        }
    }

    private HttpRequest post(String node, String body, String secret) {
        return HttpRequest.newBuilder(URI.create(address(node) + "/api/admin"))
                .header("Authorization", "Bearer " + secret)
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static int status(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}

package org.merpati.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.console.Visitor.Answer;

@Tag("slow")
class ConsoleTest {
    private static final String NEW_PASSWORD = "a pigeon knows the way";

    @TempDir
    Path folder;

    private Desk desk;
    private Visitor visitor;

    @BeforeEach
    void open() throws Exception {
        desk = new Desk(folder);
        visitor = new Visitor(desk.port());
    }

    @AfterEach
    void close() {
        visitor.close();
        desk.close();
    }

    private Answer signIn() throws Exception {
        return visitor.login(Desk.ADMIN.toString(), Desk.PASSWORD);
    }

    @Test
    void anAdministratorSignsInAndOut() throws Exception {
        assertThat(visitor.page("/").statusCode()).isEqualTo(303);
        Answer in = signIn();
        assertThat(in.status()).isEqualTo(200);
        assertThat(in.json().get("mustChange").asBoolean()).isFalse();
        assertThat(visitor.page("/").body()).contains("<h1>Server Status</h1>");
        String cookie = visitor.cookie;
        Answer out = visitor.post("/api/logout", Map.of());
        assertThat(out.status()).isEqualTo(200);
        assertThat(out.whole().headers().firstValue("Set-Cookie").orElseThrow()).contains("Max-Age=0");
        visitor.cookie = cookie;
        assertThat(visitor.get("/api/status").status())
                .as("the token is worth nothing any more")
                .isEqualTo(401);
    }

    @Test
    void theCookieIsForThisServerAndNoScript() throws Exception {
        String set = signIn().whole().headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(set).startsWith("__Host-merpati-" + desk.port() + "=");
        assertThat(List.of(set.split("; ")))
                .contains("Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200");
        String token = set.substring(set.indexOf('=') + 1, set.indexOf(';'));
        assertThat(token).matches("[0-9a-f]{64}");
        String other = signIn().whole().headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(other).doesNotContain(token);
    }

    @ParameterizedTest
    @CsvSource({
        "rina@lvlogist.com, wrong password, 401, name or password is wrong",
        "nobody@lvlogist.com, correct horse battery, 401, name or password is wrong",
        "budi@lvlogist.com, wrong password, 401, name or password is wrong",
        "rina, correct horse battery, 401, name or password is wrong",
    })
    void othersAreRefused(String name, String password, int status, String sentence) throws Exception {
        Answer refused = visitor.login(name, password);
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.error()).isEqualTo(sentence);
        assertThat(refused.whole().headers().firstValue("Set-Cookie")).isEmpty();
    }

    @Test
    void aGivenPasswordOpensOnlyThePageThatReplacesIt() throws Exception {
        Answer in = visitor.login(Desk.NEW_ADMIN.toString(), Desk.GIVEN);
        assertThat(in.json().get("mustChange").asBoolean()).isTrue();
        HttpResponse<String> page = visitor.page("/");
        assertThat(page.statusCode()).isEqualTo(303);
        assertThat(page.headers().firstValue("Location").orElseThrow()).endsWith("/password");
        assertThat(visitor.page("/web/status.js").statusCode()).isEqualTo(303);
        assertThat(visitor.get("/api/status").status()).isEqualTo(403);
        assertThat(visitor.get("/api/events").error()).isEqualTo("choose your own password first");

        assertThat(visitor.post("/api/password", Map.of("password", "too short"))
                        .error())
                .isEqualTo("a password has at least 10 characters");
        assertThat(visitor.post("/api/password", Map.of("password", Desk.GIVEN)).error())
                .isEqualTo("this is your password already: choose a new one");
        String before = visitor.cookie;
        Answer changed = visitor.post("/api/password", Map.of("password", NEW_PASSWORD));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json().get("mustChange").asBoolean()).isFalse();
        assertThat(visitor.cookie).isNotEqualTo(before);
        assertThat(visitor.page("/").statusCode()).isEqualTo(200);
        assertThat(visitor.get("/api/status").status()).isEqualTo(200);

        visitor.cookie = before;
        assertThat(visitor.get("/api/session").status())
                .as("the session of the old password")
                .isEqualTo(401);
        assertThat(visitor.login(Desk.NEW_ADMIN.toString(), Desk.GIVEN).status())
                .isEqualTo(401);
        assertThat(visitor.login(Desk.NEW_ADMIN.toString(), NEW_PASSWORD).status())
                .isEqualTo(200);
    }

    @Test
    void anotherPasswordTakesThePresentOneAndEndsTheOtherSessions() throws Exception {
        signIn();
        try (Visitor elsewhere = new Visitor(desk.port())) {
            elsewhere.login(Desk.ADMIN.toString(), Desk.PASSWORD);
            assertThat(visitor.post("/api/password", Map.of("current", "no idea", "password", NEW_PASSWORD))
                            .status())
                    .isEqualTo(401);
            assertThat(visitor.post("/api/password", Map.of("password", NEW_PASSWORD))
                            .status())
                    .isEqualTo(400);
            Answer changed = visitor.post("/api/password", Map.of("current", Desk.PASSWORD, "password", NEW_PASSWORD));
            assertThat(changed.status()).isEqualTo(200);
            assertThat(visitor.get("/api/session").status()).isEqualTo(200);
            assertThat(elsewhere.get("/api/session").status()).isEqualTo(401);
        }
    }

    @Test
    void aPostNeedsTheSessionsTokenAndOurOwnPage() throws Exception {
        signIn();
        String token = visitor.headers.getOrDefault("X-CSRF-Token", "");
        visitor.headers.remove("X-CSRF-Token");
        assertThat(visitor.post("/api/logout", Map.of()).status()).isEqualTo(403);
        visitor.headers.put("X-CSRF-Token", token.replace(token.charAt(0), 'x'));
        assertThat(visitor.post("/api/logout", Map.of()).status()).isEqualTo(403);
        visitor.headers.put("X-CSRF-Token", token);
        visitor.headers.put("Origin", "https://evil.example");
        assertThat(visitor.post("/api/logout", Map.of()).status()).isEqualTo(403);
        assertThat(signIn().status())
                .as("nor can another site sign a browser in")
                .isEqualTo(403);
        visitor.headers.put("Origin", "https://127.0.0.1:" + desk.port());
        assertThat(visitor.post("/api/logout", Map.of()).status()).isEqualTo(200);
    }

    @Test
    void guessesAreSlowedDown() throws Exception {
        for (int i = 0; i < Throttle.FREE; i++) {
            assertThat(visitor.login(Desk.ADMIN.toString(), "guess " + i).status())
                    .isEqualTo(401);
        }
        Answer sixth = signIn();
        assertThat(sixth.status()).as("right, but too early").isEqualTo(429);
        assertThat(sixth.error()).isEqualTo("too many failed logins from your address: wait a second and try again");
        assertThat(sixth.whole().headers().firstValue("Retry-After")).contains("1");
        desk.clock.pass(Duration.ofSeconds(1));
        assertThat(signIn().status()).isEqualTo(200);
        assertThat(visitor.login(Desk.ADMIN.toString(), "guess").status())
                .as("forgiven")
                .isEqualTo(401);
    }

    @Test
    void aSessionEndsWhenIdleAndAfterADay() throws Exception {
        signIn();
        desk.clock.pass(Sessions.IDLE.minusSeconds(1));
        assertThat(visitor.get("/api/session").status()).isEqualTo(200);
        desk.clock.pass(Sessions.IDLE.plusSeconds(1));
        assertThat(visitor.get("/api/session").status()).isEqualTo(401);
        signIn();
        for (Duration used = Duration.ZERO; used.compareTo(Sessions.LIFE) < 0; used = used.plusMinutes(20)) {
            assertThat(visitor.get("/api/session").status()).isEqualTo(200);
            desk.clock.pass(Duration.ofMinutes(20));
        }
        desk.clock.pass(Duration.ofSeconds(1));
        assertThat(visitor.get("/api/session").status()).isEqualTo(401);
    }

    @Test
    void aSessionEndsWithItsAccount() throws Exception {
        signIn();
        desk.directory.remove(Desk.ADMIN);
        assertThat(visitor.get("/api/status").status()).isEqualTo(401);
    }

    @Test
    void theStatusIsThereInJson() throws Exception {
        assertThat(visitor.get("/api/status").error()).isEqualTo("you are not signed in: sign in first");
        signIn();
        var status = visitor.get("/api/status").json();
        assertThat(status.get("well").asBoolean()).isTrue();
        assertThat(status.at("/nodes/1/name").asString()).isEqualTo("gszimbra1");
        assertThat(status.at("/nodes/1/leads/0/group").asString()).isEqualTo("shard-1");
        assertThat(status.at("/nodes/1/leads/0/epoch").asInt()).isEqualTo(7);
        assertThat(status.at("/nodes/2/lag/0/entries").asInt()).isEqualTo(120);
        assertThat(status.at("/nodes/0/services/0/state").asString()).isEqualTo("running");
    }

    @Test
    void nodesThatCannotBeAskedAreAnErrorAndNotASilence() throws Exception {
        signIn();
        desk.nodes = () -> {
            throw new IllegalStateException("of this test");
        };
        Answer refused = visitor.get("/api/status");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.error()).isEqualTo("the nodes cannot be asked now: try again");
    }

    @Test
    void aChangeIsSeenWithinThreeSeconds() throws Exception {
        signIn();
        HttpResponse<InputStream> response = visitor.stream("/api/events");
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        try (EventReader events = new EventReader(response.body())) {
            assertThat(events.next("status")).contains("All 3 nodes are ready.");
            long killed = System.nanoTime();
            desk.answers(Statuses.withoutMailbox1());
            events.until("status", "gszimbra1 is down");
            desk.answers(Statuses.well());
            events.until("status", "All 3 nodes are ready.");
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(3));
            assertThat(visitor.post("/api/logout", Map.of()).status()).isEqualTo(200);
            events.until("over", "{}");
        }
    }

    @Test
    void theNodesAreAskedOnlyWhileSomebodyWatches() throws Exception {
        signIn();
        try (EventReader one = new EventReader(visitor.stream("/api/events").body());
                EventReader two = new EventReader(visitor.stream("/api/events").body())) {
            one.next("status");
            int before = desk.asked.get();
            one.next("status");
            one.next("status");
            two.next("status");
            assertThat(desk.asked.get() - before).as("one asker for all").isBetween(1, 3);
        }
        Await.until("nobody watches any more", Duration.ofSeconds(5), () -> desk.console.watchers() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/login", "/api/status", "/nothing", "/web/style.css"})
    void everyAnswerIsGuarded(String path) throws Exception {
        var headers = visitor.page(path).headers();
        String policy = headers.firstValue("Content-Security-Policy").orElseThrow();
        assertThat(policy).contains("default-src 'none'", "script-src 'self'").doesNotContain("unsafe");
        assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
        assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(headers.firstValue("Strict-Transport-Security")).contains("max-age=31536000");
        assertThat(headers.firstValue("Server")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/web/", "/web", "/web/nothing.js", "/web/../ConsoleRole.class", "/web/%2e%2e/package-info.class"
            })
    void onlyTheListedFilesAreServed(String path) throws Exception {
        HttpResponse<String> response = visitor.page(path);
        assertThat(response.statusCode()).isIn(400, 404);
        assertThat(response.body()).startsWith("{\"error\":");
    }

    @Test
    void aRequestHasALimitAndATypeAndAForm() throws Exception {
        String longer = "{\"name\":\"" + "x".repeat(Json.LIMIT) + "\"}";
        assertThat(visitor.postText("/api/login", longer).status()).isEqualTo(413);
        assertThat(visitor.postText("/api/login", "{").error()).isEqualTo("the request is not JSON");
        assertThat(visitor.postText("/api/login", "[]").error()).isEqualTo("the request is not a JSON object");
        assertThat(visitor.postText("/api/login", "{\"name\":1}").error())
                .isEqualTo("the request lacks the text 'name'");
        visitor.headers.put("Content-Type", "text/plain");
        assertThat(visitor.postText("/api/login", "{}").status()).isEqualTo(415);
        visitor.headers.put("X-Long", "x".repeat(20_000));
        Answer refused = visitor.get("/login");
        assertThat(refused.status()).isEqualTo(431);
        assertThat(refused.error()).contains("431");
    }

    @Test
    void aPortInUseIsSaidInASentence() {
        assertThatThrownBy(() -> desk.open(desk.console.address()).close())
                .isInstanceOf(IOException.class)
                .hasMessageMatching("listener 'console' cannot have 127\\.0\\.0\\.1:" + desk.port()
                        + ": .*in use.* \\(is another program or node using this port\\?\\)");
    }
}

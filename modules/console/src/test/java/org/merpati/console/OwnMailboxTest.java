package org.merpati.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.console.Visitor.Answer;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Quota;
import tools.jackson.databind.JsonNode;

/** What a person may see and do of her own mailbox. */
@Tag("slow")
class OwnMailboxTest {
    @TempDir
    Path folder;

    private Desk desk;
    private Visitor visitor;

    @BeforeEach
    void open() throws Exception {
        desk = new Desk(folder);
        visitor = new Visitor(desk.port());
        desk.owner.remove(id(Desk.BUDI), 230, "Laporan");
        desk.owner.remove(id(Desk.ADMIN), 3, "Rahasia");
    }

    @AfterEach
    void close() {
        visitor.close();
        desk.close();
    }

    private AccountId id(Address address) {
        return desk.directory.people().login(address.key()).orElseThrow().id();
    }

    private Answer signIn() throws Exception {
        return visitor.login(Desk.BUDI.toString(), Desk.RAHASIA);
    }

    private List<String> keys(String query) throws Exception {
        List<String> keys = new ArrayList<>();
        visitor.get("/api/removed" + query)
                .json()
                .get("messages")
                .forEach(message -> keys.add(message.get("key").asString()));
        return keys;
    }

    @Test
    void aPersonComesToHerMailboxAndToNothingElse() throws Exception {
        Answer in = signIn();
        assertThat(in.status()).isEqualTo(200);
        assertThat(in.json().get("home").asString()).isEqualTo("/mailbox");
        assertThat(visitor.page("/mailbox").body()).contains("<h1>My mailbox</h1>");
        for (String path : List.of("/", "/web/status.js", "/web/table.js")) {
            assertThat(visitor.page(path).statusCode()).as(path).isEqualTo(303);
            assertThat(visitor.page(path).headers().firstValue("Location").orElseThrow())
                    .endsWith("/mailbox");
        }
        for (String path : List.of("/api/status", "/api/events")) {
            Answer refused = visitor.get(path);
            assertThat(refused.status()).as(path).isEqualTo(403);
            assertThat(refused.error()).isEqualTo("this is for administrators: your own mailbox is at /mailbox");
        }
        assertThat(visitor.page("/password").statusCode()).isEqualTo(200);
        Answer changed =
                visitor.post("/api/password", Map.of("current", Desk.RAHASIA, "password", "merpati tak pernah ingkar"));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json().get("home").asString()).isEqualTo("/mailbox");
    }

    @Test
    void anAdministratorHasHersToo() throws Exception {
        Answer in = visitor.login(Desk.ADMIN.toString(), Desk.PASSWORD);
        assertThat(in.json().get("home").asString()).isEqualTo("/");
        assertThat(visitor.page("/").body()).contains("href=\"/mailbox\"");
        assertThat(visitor.page("/mailbox").statusCode()).isEqualTo(200);
        assertThat(keys("")).hasSize(3);
    }

    @Test
    void nobodyGetsAnythingWithoutASessionOrBehindAGivenPassword() throws Exception {
        for (String path : List.of("/api/mailbox", "/api/removed")) {
            assertThat(visitor.get(path).status()).as(path).isEqualTo(401);
        }
        assertThat(visitor.post("/api/restore", Map.of("keys", List.of("00"))).status())
                .isEqualTo(401);
        assertThat(visitor.page("/mailbox").statusCode()).isEqualTo(303);
        visitor.login(Desk.NEW_ADMIN.toString(), Desk.GIVEN);
        assertThat(visitor.get("/api/removed").error()).isEqualTo("choose your own password first");
        assertThat(visitor.post("/api/restore", Map.of("keys", List.of("00"))).status())
                .isEqualTo(403);
        assertThat(visitor.page("/mailbox").headers().firstValue("Location").orElseThrow())
                .endsWith("/password");
    }

    @Test
    void herRoomIsHerOwnAndHerQuotaThatOfTheDirectory() throws Exception {
        desk.directory.setQuota(Desk.BUDI, new Quota(2_000_000, 100));
        signIn();
        JsonNode room = visitor.get("/api/mailbox").json();
        assertThat(room.get("octets").asInt()).isEqualTo(1_234_567);
        assertThat(room.get("messages").asInt()).isEqualTo(89);
        assertThat(room.get("quotaOctets").asInt()).isEqualTo(2_000_000);
        assertThat(room.get("quotaMessages").asInt()).isEqualTo(100);
    }

    @Test
    void whatWasRemovedIsShownPageByPage() throws Exception {
        signIn();
        JsonNode first = visitor.get("/api/removed").json();
        assertThat(first.get("messages").size()).isEqualTo(OwnMailbox.PAGE);
        JsonNode newest = first.at("/messages/0");
        assertThat(newest.get("subject").asString()).isEqualTo("Laporan 1");
        assertThat(newest.get("from").asString()).isEqualTo("siti@example.com");
        assertThat(newest.get("mailbox").asString()).isEqualTo("INBOX");
        assertThat(newest.get("size").asInt()).isEqualTo(2_345);
        assertThat(newest.get("until").asLong() - newest.get("removed").asLong())
                .isEqualTo(14 * 86_400_000L);
        int shown = 0;
        String next = "";
        do {
            JsonNode page = visitor.get("/api/removed?before=" + next).json();
            shown += page.get("messages").size();
            next = page.get("next").asString();
        } while (!next.isEmpty());
        assertThat(shown).isEqualTo(230);
        assertThat(keys("?text=laporan%20230")).hasSize(1);
        assertThat(keys("?text=rahasia")).as("another's").isEmpty();
        assertThat(keys("?account=" + id(Desk.ADMIN) + "&address=" + Desk.ADMIN))
                .as("whose they are does not stand in the request")
                .hasSize(OwnMailbox.PAGE);
    }

    @Test
    void whatIsChosenComesBackOnce() throws Exception {
        signIn();
        List<String> keys = keys("").subList(0, 3);
        Answer back = visitor.post("/api/restore", Map.of("keys", keys));
        assertThat(back.status()).isEqualTo(200);
        assertThat(back.json().get("restored").asInt()).isEqualTo(3);
        assertThat(back.json().get("gone").asInt()).isZero();
        Answer again = visitor.post("/api/restore", Map.of("keys", keys));
        assertThat(again.json().get("restored").asInt()).isZero();
        assertThat(again.json().get("gone").asInt()).isEqualTo(3);
        assertThat(desk.owner.back).hasSize(3);
        assertThat(keys("")).doesNotContainAnyElementsOf(keys);
        try (Visitor other = new Visitor(desk.port())) {
            other.login(Desk.ADMIN.toString(), Desk.PASSWORD);
            Answer others = other.post(
                    "/api/restore",
                    Map.of(
                            "keys",
                            keys("").subList(3, 5),
                            "account",
                            id(Desk.BUDI).toString()));
            assertThat(others.json().get("restored").asInt()).as("another's").isZero();
        }
    }

    @Test
    void aPostNeedsTheSessionsToken() throws Exception {
        signIn();
        List<String> keys = keys("").subList(0, 1);
        visitor.headers.put("X-CSRF-Token", "0".repeat(64));
        assertThat(visitor.post("/api/restore", Map.of("keys", keys)).status()).isEqualTo(403);
        visitor.headers.remove("X-CSRF-Token");
        assertThat(visitor.post("/api/restore", Map.of("keys", keys)).status()).isEqualTo(403);
        signIn();
        visitor.headers.put("Origin", "https://evil.example");
        assertThat(visitor.post("/api/restore", Map.of("keys", keys)).status()).isEqualTo(403);
        assertThat(desk.owner.back).isEmpty();
    }

    @Test
    void requestsHaveLimitsAndAnswersInASentence() throws Exception {
        signIn();
        String chosen = "choose 1 to 100 messages to be brought back";
        for (Object keys : List.of(List.of(), "all", Collections.nCopies(OwnMailbox.CHOSEN + 1, "00"))) {
            Answer refused = visitor.post("/api/restore", Map.of("keys", keys));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.error()).isEqualTo(chosen);
        }
        assertThat(visitor.post("/api/restore", Map.of()).error()).isEqualTo(chosen);
        for (Object key : List.of("", "0", "xy", "../..", 7, "00".repeat(100))) {
            assertThat(visitor.post("/api/restore", Map.of("keys", List.of(key)))
                            .error())
                    .isEqualTo("no removed message is named so: load the page again");
        }
        assertThat(visitor.get("/api/removed?before=zz").status()).isEqualTo(400);
        assertThat(visitor.get("/api/removed?text=" + "x".repeat(OwnMailbox.TEXT + 1))
                        .error())
                .isEqualTo("search for at most 200 characters");
    }

    @Test
    void aFullMailboxIsSaidAndNothingComesBack() throws Exception {
        signIn();
        desk.owner.room = 1;
        List<String> keys = keys("").subList(0, 2);
        Answer full = visitor.post("/api/restore", Map.of("keys", keys));
        assertThat(full.status()).isEqualTo(409);
        assertThat(full.error())
                .isEqualTo("your mailbox has no room for these messages, and none came back: choose fewer, delete"
                        + " others, or ask for a larger quota (the account is full: it keeps 1205 KiB in 89 messages)");
        assertThat(desk.owner.back).isEmpty();
        assertThat(visitor.post("/api/restore", Map.of("keys", keys.subList(0, 1)))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anOwnerThatIsAwayIsSaid() throws Exception {
        signIn();
        List<String> keys = keys("").subList(0, 2);
        desk.owner.away = true;
        Answer away = visitor.post("/api/restore", Map.of("keys", keys));
        assertThat(away.status()).isEqualTo(503);
        assertThat(away.error())
                .isEqualTo("your mailbox cannot be reached now: try again in a minute; no message comes back twice");
        desk.owner.away = false;
        assertThat(desk.owner.back).isEmpty();
    }

    @Test
    void manySessionsOfOnePersonEndHerOwnAlone() throws Exception {
        try (Visitor admin = new Visitor(desk.port())) {
            admin.login(Desk.ADMIN.toString(), Desk.PASSWORD);
            signIn();
            String first = visitor.cookie;
            for (int i = 0; i < Sessions.ACCOUNT_LIMIT; i++) {
                visitor.cookie = "";
                assertThat(signIn().status()).isEqualTo(200);
            }
            assertThat(visitor.get("/api/session").status()).isEqualTo(200);
            visitor.cookie = first;
            assertThat(visitor.get("/api/session").status()).isEqualTo(401);
            assertThat(admin.get("/api/session").status()).isEqualTo(200);
        }
    }

    @Test
    void aPersonAsksOneQuestionAtATime() throws Exception {
        signIn();
        CountDownLatch slow = new CountDownLatch(1);
        desk.owner.slow = slow;
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> status("/api/removed"));
        Await.until("the second is refused", Duration.ofSeconds(5), () -> {
            if (first.isDone()) {
                throw new IllegalStateException("the first was answered");
            }
            return desk.console.asking() == 1;
        });
        assertThat(visitor.get("/api/mailbox").error())
                .isEqualTo("your last request is being answered still: wait a moment");
        slow.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(visitor.get("/api/mailbox").status()).isEqualTo(200);
    }

    private int status(String path) {
        try {
            return visitor.get(path).status();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}

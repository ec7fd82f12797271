package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.MailProbe;
import org.merpati.dev.Plan;
import org.merpati.dev.ProcessCluster;
import org.merpati.smtp.Reply;

/**
 * A cut network, with real sockets between hosts of our own: the minority refuses, and after healing there is one
 * history.
 */
@Tag("processes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionStoryTest {
    private static final String LOST = "gszimbra1";

    @TempDir
    private static Path folder = Path.of("");

    private @Nullable ProcessCluster made;
    private @Nullable Hosts hosts;
    private Map<String, String> accounts = Map.of();

    @BeforeAll
    void start() throws IOException {
        assumeTrue(Hosts.possible(), "network namespaces cannot be made here: needs root and iproute2");
        Path conf = Kit.ROOT.resolve("conf");
        List<String> nodes = new Plan("six", conf, folder, 25_000, List.of(), Map.of()).nodes();
        Hosts own = Hosts.make(nodes);
        hosts = own;
        String door = own.address(LOST) + ":25990";
        Map<String, String> extra =
                Map.of("security", "password-iterations = 1000", "listeners " + LOST, "imap = \"" + door + "\"");
        Plan plan = new Plan("six", conf, folder, 25_000, own.addresses(), extra);
        ProcessCluster cluster = new ProcessCluster(plan, Kit.JARS, own::within);
        made = cluster;
        cluster.prepare();
        Kit.up(cluster);
        accounts = Kit.accounts(cluster, "u", 4);
    }

    @AfterAll
    void stop() throws IOException {
        if (made != null) {
            made.close();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    private ProcessCluster cluster() {
        return Objects.requireNonNull(made);
    }

    private Hosts hosts() {
        return Objects.requireNonNull(hosts);
    }

    /** An account whose shard the node leads. */
    private String accountOf(String door) {
        return accounts.keySet().stream()
                .filter(a -> Stories.messages(door, a, "secret") >= 0)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theMinorityRefusesAndShowsNothingStale() throws IOException {
        ProcessCluster cluster = cluster();
        Kit.await(LOST + " leads shard-1 and nothing else", Duration.ofSeconds(60), () -> {
            Set<String> led = cluster.led(LOST);
            return led.contains("shard-1") && !led.contains("shard-2");
        });
        String door = hosts().address(LOST) + ":25990";
        String account = accountOf(door);
        String id = "partition-" + System.nanoTime() + "@example.net";
        try (MailProbe.Imap old = new MailProbe.Imap(door)) {
            old.ok("LOGIN " + account + " secret");
            old.ok("SELECT INBOX");
            hosts().cutOff(LOST);
            String said = refusal(old, account);
            System.out.println("the minority answers a write with: " + said);
            assertThat(said).matches("(?s).*(NO \\[UNAVAILABLE\\]|BYE|closed).*");
            deliver(cluster.plan().all("smtp").getFirst(), account, id);
            assertThat(Stories.messages(door, account, "secret"))
                    .as("a read at the old leader")
                    .isEqualTo(-1);
            assertThat(answer(old, "FETCH 1:* FLAGS"))
                    .as("a read of the open session")
                    .doesNotContain("OK");
            hosts().heal(LOST);
        }
        cluster.awaitReady(Kit.READY);
        Stories.awaitOneHistory(cluster);
        assertThat(Stories.count(cluster.plan().all("imap").getFirst(), account, "secret", "INBOX", id))
                .isOne();
    }

    /** What the server says last, or how the connection ended. */
    private static String answer(MailProbe.Imap client, String command) {
        try {
            return client.command(command).getLast();
        } catch (IOException ended) {
            return String.valueOf(ended.getMessage());
        }
    }

    private static String refusal(MailProbe.Imap old, String account) {
        try {
            return String.join(
                    "\n", old.literal("APPEND INBOX", MailProbe.message(account, account, "s", "never@example.net")));
        } catch (IOException ended) {
            return String.valueOf(ended.getMessage());
        }
    }

    private static Reply send(String server, String account, String id) throws IOException {
        byte[] message = MailProbe.message("outside@example.net", account, "s", id);
        return MailProbe.send(server, "outside@example.net", List.of(account), message);
    }

    private void deliver(String server, String account, String id) {
        Kit.await(server + " takes the mail", Duration.ofSeconds(60), () -> {
            try {
                return send(server, account, id).positive();
            } catch (IOException notYet) {
                return false;
            }
        });
        Stories.awaitMessage(cluster(), account, "secret", id, Duration.ofSeconds(60));
    }

    @Test
    void anMtaThatHearsNobodyTakesNoMail() throws IOException {
        ProcessCluster cluster = cluster();
        String lost = "gsmta2";
        String door = Objects.requireNonNull(cluster.plan().listeners(lost).get("smtp"));
        String account = accounts.keySet().iterator().next();
        String id = "alone-" + System.nanoTime() + "@example.net";
        hosts().cutOff(lost);
        try {
            Reply reply = send(door, account, id);
            System.out.println("an MTA that hears nobody says: " + reply);
            assertThat(reply.transientNegative()).as(reply.toString()).isTrue();
        } finally {
            hosts().heal(lost);
        }
        cluster.awaitReady(Kit.READY);
        deliver(door, account, id);
        Stories.awaitOneHistory(cluster);
        assertThat(Stories.count(cluster.plan().all("imap").getFirst(), account, "secret", "INBOX", id))
                .isOne();
    }

    @Test
    void whenOnlyTheWitnessHearsBothTheOneThatServesLosesNothing() throws IOException {
        ProcessCluster cluster = cluster();
        String account = accounts.keySet().iterator().next();
        String id = "asymmetric-" + System.nanoTime() + "@example.net";
        hosts().cut("gszimbra1", "gszimbra2");
        try {
            deliver(cluster.plan().all("smtp").getFirst(), account, id);
        } finally {
            hosts().heal("gszimbra1", "gszimbra2");
        }
        cluster.awaitReady(Kit.READY);
        Stories.awaitOneHistory(cluster);
        assertThat(Stories.count(cluster.plan().all("imap").getFirst(), account, "secret", "INBOX", id))
                .isOne();
    }
}

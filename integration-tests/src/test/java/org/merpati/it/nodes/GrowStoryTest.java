package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Checker;
import org.merpati.dev.Cluster;
import org.merpati.dev.Ledger;
import org.merpati.it.Kit;
import org.merpati.it.Stories;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;
import org.merpati.wire.InternalErrors;

/** {@code merpati node add} on a cluster of three that serves meanwhile. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GrowStoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> LINES =
            Map.of("timing", "retry-first = \"2s\"\nsettle = \"2s\"", "limits", "checkpoint = 65536");

    @TempDir
    private static Path folder = Path.of("");

    private Cluster cluster;
    private Map<String, String> accounts = Map.of();

    @BeforeAll
    void three() throws IOException {
        cluster = Kit.cluster(Kit.Form.EMBEDDED, "three", folder, LINES);
        Kit.up(cluster);
        accounts = Kit.accounts(cluster, "grow", 6);
    }

    @AfterAll
    void down() {
        cluster.close();
        assertThat(InternalErrors.count()).as("internal errors").isZero();
    }

    private Stories.Said typed(String... words) {
        return Stories.typed(cluster, "node1", words);
    }

    private void awaitLed(String group, String node) {
        Kit.await(
                () -> node + " leads " + group + ": " + cluster.status(),
                PATIENCE,
                () -> cluster.led(node).contains(group));
    }

    private List<String> in(String shard) {
        return accounts.keySet().stream()
                .filter(account -> cluster.shard(account).equals(shard))
                .toList();
    }

    /** It is added, takes over accounts and dies, while people read and write. */
    @Test
    @Order(1)
    void aFourthMailboxNodeTakesAccountsAndDies() throws IOException {
        long seed = System.nanoTime();
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, so -> {
            cluster.add("node4", "node1", List.of("mailbox"));
            cluster.start("node4");
            awaitLed("shard-4", "node4");
            assertThat(typed("rebalance").out()).contains("-> shard-4");
            Kit.await(
                    "all have moved",
                    PATIENCE,
                    () -> cluster.askAny("mailbox moves", Map.of()).isEmpty());
            assertThat(in("shard-4")).isNotEmpty();
            String one = "imap " + in("shard-4").getFirst();
            int before = so.count(one);
            Kit.await("it is served by node4", PATIENCE, () -> so.count(one) >= before + 8);
            cluster.kill("node4");
            int after = so.count(one);
            Kit.await("its shard is taken over", PATIENCE, () -> so.count(one) >= after + 8);
            cluster.start("node4");
        });
        awaitLed("shard-4", "node4");
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
        System.out.println("checker after a node was added: " + verdict + ", seed " + seed);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
    }

    /** A node that knows the newest layout from its file alone, and one that was away while it changed. */
    @Test
    @Order(2)
    void allNodesKeepTheLayoutOverAStop() throws IOException {
        cluster.stop("node2");
        cluster.add("node5", "node1", List.of("mta", "proxy"));
        cluster.start("node5");
        awaitLed("spool-node5", "node5");
        cluster.start("node2");
        cluster.awaitReady(Kit.READY);
        for (String node : cluster.plan().nodes()) {
            assertThat(cluster.ask(node, "node list", Map.of()).size()).as(node).isEqualTo(5);
        }
        cluster.stop("node4");
        cluster.stop("node3");
        cluster.start("node3");
        cluster.start("node4");
        awaitLed("shard-4", "node4");
        assertThat(typed("node", "list").out()).contains("node5").contains("spool-node5*");
        assertThat(cluster.ask("node4", "verify", Map.of("shard", "shard-4")).toString())
                .contains("\"wrong\":[]");
    }

    @Test
    @Order(3)
    void whatCannotBeAddedIsSaid() {
        String[][] wrong = {
            {"the cluster has a node node4 already", "node4", "10.0.0.1", "mailbox"},
            {"'Node 6' is not a node name", "Node 6", "10.0.0.1", "mailbox"},
            {"no role 'mailman'", "node6", "10.0.0.1", "mailman"},
            {"'no such host!' is no host", "node6", "no such host!", "mailbox"},
        };
        for (String[] line : wrong) {
            Stories.Said said = typed("node", "add", line[1], "--host", line[2], "--roles", line[3]);
            assertThat(said.code()).isEqualTo(1);
            assertThat(said.err()).contains(line[0]);
            assertThat(said.err().lines()).hasSize(1);
        }
        String port = cluster.plan().addresses("node1").get("channel").replaceAll(".*:", "");
        Stories.Said taken =
                typed("node", "add", "node6", "--host", "127.0.0.1", "--roles", "proxy", "--channel-port", port);
        assertThat(taken.err()).contains("127.0.0.1:" + port + " is node node1's");
    }

    @Test
    @Order(4)
    void theNewNodesFilesAreWritten() throws IOException {
        Path file = folder.resolve("new.toml");
        Stories.Said said =
                typed("node", "add", "node6", "--host", "127.0.0.6", "--roles", "proxy", "--conf", file.toString());
        assertThat(said.code()).as(said.err()).isZero();
        NodeConfig read = Configuration.read(file, NodeConfig.class).value();
        assertThat(read.node()).isEqualTo("node6");
        assertThat(read.cluster().nodes()).hasSize(6);
        assertThat(read.listeners().imaps()).isPresent();
        assertThat(Files.readString(folder.resolve("node6.secret"))).startsWith("token = merpati1:");
    }
}

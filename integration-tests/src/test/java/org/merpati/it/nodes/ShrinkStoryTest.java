package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
import org.merpati.kernel.Refused;
import org.merpati.wire.InternalErrors;

/** {@code merpati node remove}, while people read and write, whoever dies on the way. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ShrinkStoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> LINES =
            Map.of("timing", "retry-first = \"2s\"\nsettle = \"2s\"", "limits", "checkpoint = 65536");

    @TempDir
    private static Path folder = Path.of("");

    private Cluster cluster;
    private Map<String, String> accounts = Map.of();

    /** Three, then a mailbox node that will be dead, an MTA that is a proxy too, and another mailbox node. */
    @BeforeAll
    void six() throws IOException {
        cluster = Kit.cluster(Kit.Form.EMBEDDED, "three", folder, LINES);
        Kit.up(cluster);
        cluster.add("node4", "node1", List.of("mailbox"));
        cluster.add("node5", "node1", List.of("mta", "proxy"));
        cluster.add("node6", "node1", List.of("mailbox"));
        cluster.start(List.of("node4", "node5", "node6"));
        cluster.awaitReady(Kit.READY);
        accounts = Kit.accounts(cluster, "shrink", 6);
    }

    @AfterAll
    void down() {
        cluster.close();
        assertThat(InternalErrors.count()).as("internal errors").isZero();
    }

    private Stories.Said typed(String node, String... words) {
        return Stories.typed(cluster, node, words);
    }

    private boolean gone(String node) {
        return cluster.ask("node2", "node list", Map.of())
                .valueStream()
                .noneMatch(row -> row.get("node").asString().equals(node));
    }

    private void check(Ledger ledger, long seed) throws IOException {
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().listeners("node2").get("imap"), accounts);
        System.out.println("checker after a node was taken out: " + verdict + ", seed " + seed);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
    }

    private void awaitServed(Ledger ledger) {
        int mails = ledger.count("smtp");
        int before = ledger.count("imap");
        Kit.await(
                "mail and IMAP go on",
                PATIENCE,
                () -> ledger.count("smtp") >= mails + 8 && ledger.count("imap") >= before + 30);
    }

    /** Whoever coordinates dies in the midst of it; it goes on by itself. */
    @Test
    @Order(1)
    void aMailboxNodeGoesAlthoughTheCoordinatorDies() throws IOException {
        assertThat(accounts.keySet()).anyMatch(account -> cluster.shard(account).equals("shard-5"));
        long seed = System.nanoTime();
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, so -> {
            assertThat(typed("node2", "node", "remove", "node6", "--wait", "0").code())
                    .isEqualTo(1);
            String coordinator = cluster.leader("directory").orElseThrow();
            cluster.kill(coordinator);
            Kit.await("it goes on", PATIENCE, () -> gone("node6") || anotherLeads(coordinator));
            cluster.start(coordinator);
            assertThat(typed("node3", "node", "remove", "node6").out())
                    .endsWith("node node6 is taken out of the cluster");
            awaitServed(so);
        });
        check(ledger, seed);
        assertThat(accounts.keySet())
                .noneMatch(account -> cluster.shard(account).equals("shard-5"));
    }

    private boolean anotherLeads(String than) {
        return cluster.leader("directory")
                .filter(leader -> !leader.equals(than))
                .isPresent();
    }

    @Test
    @Order(2)
    void whoWasTakenOutIsToldSoAndDoesNotServe() throws IOException {
        if (cluster.running("node6")) {
            cluster.stop("node6");
        }
        assertThatThrownBy(() -> cluster.start("node6"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("node node6 was taken out of the cluster and serves no more");
        assertThat(typed("node1", "node", "add", "node6", "--host", "10.0.0.1", "--roles", "proxy")
                        .err())
                .contains("give the new one another name");
    }

    @Test
    @Order(3)
    void anMtaGoesWhenItsSpoolIsEmpty() throws IOException {
        long seed = System.nanoTime();
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, so -> {
            Stories.Said said = typed("node1", "node", "remove", "node5");
            assertThat(said.out()).endsWith("node node5 is taken out of the cluster");
            awaitServed(so);
        });
        check(ledger, seed);
        assertThat(cluster.leader("spool-node5")).isEmpty();
    }

    @Test
    @Order(4)
    void aDeadNodeIsTakenOutWithoutBeingAsked() throws IOException {
        long seed = System.nanoTime();
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, so -> {
            assertThat(typed("node1", "node", "remove", "node4", "--dead").err())
                    .contains("node node4 is up");
            cluster.kill("node4");
            Kit.await(
                    "its end is noticed",
                    PATIENCE,
                    () -> typed("node1", "node", "remove", "node4", "--dead").code() == 0);
            awaitServed(so);
        });
        check(ledger, seed);
        cluster.awaitReady(List.of("node1", "node2", "node3"), Kit.READY);
    }

    @Test
    @Order(5)
    void whatCannotBeTakenOutIsSaid() {
        assertThat(typed("node1", "node", "remove", "node9").err()).contains("no node 'node9': the cluster has node1");
        assertThat(typed("node1", "node", "remove", "node3").err())
                .contains("node node3 votes in the directory")
                .contains("merpati node drain node3");
    }
}

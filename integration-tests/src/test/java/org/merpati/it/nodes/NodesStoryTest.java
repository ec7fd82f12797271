package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.SecretFile;
import org.merpati.dev.Cluster;
import org.merpati.it.Kit;
import org.merpati.it.Stories;
import org.merpati.kernel.Refused;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;

/** {@code merpati node add} and {@code merpati node remove}, while people read and write, whoever dies meanwhile. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodesStoryTest {
    @TempDir
    private static Path folder = Path.of("");

    private NodesFixture nodes;

    @BeforeAll
    void three() throws IOException {
        nodes = new NodesFixture(Kit.Form.EMBEDDED, folder);
    }

    @AfterAll
    void down() {
        nodes.close();
    }

    private Cluster cluster() {
        return nodes.cluster();
    }

    private List<String> listed(String node) {
        return cluster()
                .ask(node, "node list", Map.of())
                .valueStream()
                .map(row -> row.get("node").asString())
                .toList();
    }

    @Test
    @Order(1)
    void aFourthMailboxNodeTakesAccountsAndItsShardIsTakenOverWhenItDies() throws IOException {
        nodes.underLoad("a node was added", so -> {
            nodes.grow("node4", "shard-4");
            nodes.awaitServed(so, nodes.in("shard-4"));
            cluster().kill("node4");
            nodes.awaitServed(so, nodes.in("shard-4"));
            cluster().start("node4");
        });
        nodes.awaitLed("shard-4", "node4");
        assertThat(cluster().ask("node4", "verify", Map.of("shard", "shard-4")).toString())
                .contains("\"wrong\":[]");
    }

    @Test
    @Order(2)
    void aNodeThatWasAwayLearnsWhatWasAddedAndKeepsIt() throws IOException {
        cluster().stop("node2");
        cluster().add("node5", "node1", List.of("mta", "proxy"));
        cluster().start("node5");
        nodes.awaitLed("spool-node5", "node5");
        cluster().start("node2");
        Kit.await(
                "node2 has heard of it",
                NodesFixture.PATIENCE,
                () -> listed("node2").size() == 5);
        cluster().stop("node2");
        assertThat(Files.readString(cluster().plan().data("node2").resolve("layout")))
                .contains("\nnode node5 127.0.0.1 ");
        cluster().start("node2");
        assertThat(listed("node2")).hasSize(5);
        assertThat(nodes.typed("node", "list").out()).contains("spool-node5*");
        cluster().add("node6", "node1", List.of("mailbox", "mta"));
        cluster().start("node6");
        nodes.awaitLed("spool-node6", "node6");
        nodes.awaitLed("shard-5", "node6");
        cluster().awaitReady(Kit.READY);
    }

    @Test
    @Order(3)
    void whatCannotBeAddedIsSaid() {
        String[][] wrong = {
            {"the cluster has a node node4 already", "node4", "10.0.0.1", "mailbox"},
            {"'Node 6' is not a node name", "Node 6", "10.0.0.1", "mailbox"},
            {"no role 'mailman'", "node9", "10.0.0.1", "mailman"},
            {"'no such host!' is no host", "node9", "no such host!", "mailbox"},
        };
        for (String[] line : wrong) {
            Stories.Said said = nodes.typed("node", "add", line[1], "--host", line[2], "--roles", line[3]);
            assertThat(said.code()).isEqualTo(1);
            assertThat(said.err()).contains(line[0]);
            assertThat(said.err().lines()).hasSize(1);
        }
        String port =
                cluster().plan().addresses("node1").getOrDefault("channel", "").replaceAll(".*:", "");
        Stories.Said taken =
                nodes.typed("node", "add", "node9", "--host", "127.0.0.1", "--roles", "proxy", "--channel-port", port);
        assertThat(taken.err()).contains("127.0.0.1:" + port + " is node node1's");
    }

    /** The spool of another MTA, which has a copy there, is renewed without it. */
    @Test
    @Order(4)
    void anMtaThatIsAProxyGoesWhenItsSpoolIsEmpty() throws IOException {
        nodes.underLoad("an MTA was taken out", so -> {
            assertThat(nodes.typed("node", "remove", "node5").out()).endsWith("node node5 is taken out of the cluster");
            nodes.awaitServed(so, List.of());
        });
        assertThat(cluster().leader("spool-node5")).isEmpty();
        assertThat(cluster().leader("spool-node6")).isEmpty();
        nodes.awaitLed("spool-node6-2", "node6");
        assertThat(listed("node1")).doesNotContain("node5");
    }

    /** Whoever coordinates dies in the midst of it; another goes on. Another's shard with a copy there is renewed. */
    @Test
    @Order(5)
    void aMailboxNodeGoesAlthoughTheCoordinatorDies() throws IOException {
        nodes.underLoad("a mailbox node was taken out", so -> {
            List<String> there = nodes.in("shard-4");
            assertThat(nodes.typed("node", "remove", "node4", "--wait", "0").code())
                    .isEqualTo(1);
            cluster().kill("node1");
            assertThat(nodes.typed("node", "remove", "node4").out()).endsWith("node node4 is taken out of the cluster");
            cluster().start("node1");
            nodes.awaitServed(so, there);
        });
        assertThat(nodes.in("shard-4")).isEmpty();
        nodes.awaitLed("shard-6", "node6");
        assertThat(nodes.typed("node", "list").out()).contains("shard-6*").doesNotContain("shard-5");
    }

    @Test
    @Order(6)
    void whoWasTakenOutIsToldSoAndDoesNotServe() throws IOException {
        cluster().stop("node4");
        assertThatThrownBy(() -> cluster().start("node4"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("node node4 was taken out of the cluster and serves no more");
        assertThat(nodes.typed("node", "add", "node4", "--host", "10.0.0.1", "--roles", "proxy")
                        .err())
                .contains("give the new one another name");
    }

    @Test
    @Order(7)
    void aNodeThatNeverCameIsTakenOutUnasked() throws IOException {
        Path file = folder.resolve("new.toml");
        Stories.Said said = Stories.typed(
                cluster(),
                "node1",
                "node",
                "add",
                "node7",
                "--host",
                "127.0.0.7",
                "--roles",
                "mailbox,proxy",
                "--conf",
                file.toString());
        assertThat(said.code()).as(said.err()).isZero();
        assertThat(said.out()).contains("will lead shard-7");
        NodeConfig read = Configuration.read(file, NodeConfig.class).value();
        assertThat(read.node()).isEqualTo("node7");
        assertThat(read.cluster().nodes()).hasSize(5);
        assertThat(read.listeners().imaps()).isPresent();
        assertThat(Files.readString(folder.resolve("node7.secret"))).startsWith("token = merpati1:");
        assertThat(nodes.typed("node", "remove", "node7", "--dead").out()).endsWith("is taken out of the cluster");
        cluster().awaitReady(List.of("node1", "node2", "node3"), Kit.READY);
    }

    @Test
    @Order(8)
    void whatCannotBeTakenOutIsSaid() {
        assertThat(nodes.typed("node", "remove", "node8").err()).contains("no node 'node8': the cluster has node1");
        assertThat(nodes.typed("node", "remove", "node2", "--dead").err()).contains("node node2 is up: stop it first");
    }

    /** Another takes its vote, and the CA, when it starts the next time. */
    @Test
    @Order(9)
    void aNodeThatVotesInTheDirectoryGoes() throws IOException {
        SecretFile secret = SecretFile.read(cluster().plan().data("node1").resolve("secret"));
        List<String> there = nodes.in("shard-2");
        nodes.underLoad("a directory node was taken out", so -> {
            Kit.await(
                    "only the directory is left",
                    NodesFixture.PATIENCE,
                    () -> nodes.typed("node", "remove", "node2", "--wait", "0")
                            .out()
                            .contains("node node6 votes in the directory from its next start on"));
            cluster().stop("node6");
            new SecretFile(Optional.empty(), secret.passphrase())
                    .write(cluster().plan().data("node6").resolve("secret"));
            cluster().start("node6");
            assertThat(nodes.typed("node", "remove", "node2").out()).endsWith("node node2 is taken out of the cluster");
            nodes.awaitServed(so, there);
        });
        assertThat(cluster().plan().data("node6").resolve("ca/ca.key")).exists();
        assertThatThrownBy(() -> cluster().ask("node6", "node token", Map.of("node", "node1")))
                .hasMessageContaining("node node1 is up");
        cluster().stop("node3");
        cluster().awaitReady(List.of("node1", "node6"), Kit.READY);
    }
}

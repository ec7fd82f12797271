package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.merpati.dev.Cluster;
import org.merpati.it.Kit;
import org.merpati.kernel.Refused;

/** A node loses its disk, comes back with an empty one under its name, and can take over for the others. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LostDiskStoryTest {
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

    /** Kills a node and takes its disk away. */
    private Path loseDisk(String node, String holder) throws IOException {
        cluster().kill(node);
        return nodes.loseDisk(node, holder);
    }

    @Test
    @Order(1)
    void itComesBackWithAllMailAndCarriesItWhenTheOthersDie() throws IOException {
        nodes.underLoad("a disk was lost", so -> {
            loseDisk("node2", "node1");
            nodes.awaitServed(so, nodes.in("shard-2"));
            cluster().start("node2");
            nodes.awaitVotes("node2");
            nodes.awaitLed("shard-2", "node2");
            cluster().kill("node3");
            nodes.awaitServed(so, nodes.in("shard-3"));
            nodes.awaitServed(so, nodes.in("shard-2"));
            cluster().start("node3");
        });
        for (String shard : List.of("shard-1", "shard-2", "shard-3")) {
            nodes.awaitSound(shard);
        }
    }

    @Test
    @Order(2)
    void whoHoldsTheAuthorityComesBackToo() throws IOException {
        cluster().awaitReady(Kit.READY);
        loseDisk("node1", "node2");
        cluster().start("node1");
        nodes.awaitVotes("node1");
        assertThat(cluster().plan().data("node1").resolve("ca/ca.key")).exists();
    }

    @Test
    @Order(3)
    void aDiskOfBeforeAndEmptiedLogsAreRefused() throws IOException {
        cluster().awaitReady(Kit.READY);
        assertThatThrownBy(() -> cluster().ask("node1", "node token", Map.of("node", "node3")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("node node3 is up: a token is for a node whose data folder is empty or lost");
        Path lost = loseDisk("node3", "node1");
        Path empty = cluster().plan().data("node3");
        Files.move(empty, empty.resolveSibling("node3-empty"));
        Files.move(lost, empty);
        assertThatThrownBy(() -> cluster().start("node3"))
                .hasMessageContaining("node node3 began anew, and this data folder is of before");
        Files.move(empty, lost);
        Files.move(empty.resolveSibling("node3-empty"), empty);
        cluster().start("node3");
        nodes.awaitVotes("node3");
        cluster().stop("node3");
        Files.move(empty.resolve("journal"), lost.resolve("journal-of-now"));
        assertThatThrownBy(() -> cluster().start("node3"))
                .hasMessageContaining("the logs of node node3 in " + empty.resolve("journal") + " are gone");
        Files.move(lost.resolve("journal-of-now"), empty.resolve("journal"));
        cluster().start("node3");
        cluster().awaitReady(Kit.READY);
    }
}

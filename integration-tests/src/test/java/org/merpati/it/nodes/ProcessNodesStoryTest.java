package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.it.Kit;

/** A node comes and goes, each node a process of its own. */
@Tag("slow")
class ProcessNodesStoryTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aNodeComesDiesGoesAndIsNotLetInAgain() throws IOException {
        try (NodesFixture nodes = new NodesFixture(Kit.Form.PROCESSES, folder)) {
            nodes.underLoad("a node came and went", so -> {
                nodes.grow("node4", "shard-4");
                List<String> there = nodes.in("shard-4");
                nodes.cluster().kill("node4");
                nodes.awaitServed(so, there);
                assertThat(nodes.typed("node", "remove", "node4", "--dead", "--wait", "0")
                                .err())
                        .satisfiesAnyOf(
                                said -> assertThat(said).isEmpty(),
                                said -> assertThat(said).contains("node node4 is up: stop it first"));
                Kit.await(
                        "it is taken out",
                        NodesFixture.PATIENCE,
                        () -> nodes.typed("node", "remove", "node4", "--dead").code() == 0);
                nodes.awaitServed(so, there);
            });
            nodes.cluster().start("node4");
            Kit.await(
                    "its process ends",
                    NodesFixture.PATIENCE,
                    () -> !nodes.cluster().running("node4"));
            assertThat(Files.readString(nodes.cluster().plan().log("node4")))
                    .contains("merpati: node node4 was taken out of the cluster and serves no more");
        }
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.node.Node;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;

/** What a person can type wrong is answered with a sentence that says what, where and what to do. */
@Tag("slow")
class MistakesTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aDataFolderOfAnotherClusterIsRefused() throws IOException {
        try (Cluster first = Kit.cluster(Kit.Form.EMBEDDED, "one", folder.resolve("a"), Map.of())) {
            Kit.up(first);
        }
        try (Cluster second = Kit.cluster(Kit.Form.EMBEDDED, "one", folder.resolve("b"), Map.of())) {
            Path file = second.plan().file("mail");
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replace(
                                    folder.resolve("b").resolve("mail").toString(),
                                    folder.resolve("a").resolve("mail").toString()));
            assertThatThrownBy(() -> second.start("mail"))
                    .isInstanceOf(Malformed.class)
                    .hasMessageContaining("belongs to cluster and node")
                    .hasMessageContaining("give each node its own folder");
        }
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (Cluster cluster = Kit.cluster(Kit.Form.EMBEDDED, "one", folder, Map.of());
                ServerSocket taken = new ServerSocket()) {
            String smtp = cluster.plan().all("smtp").getFirst();
            taken.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(smtp.replaceAll(".*:", ""))));
            assertThatThrownBy(() -> cluster.start("mail"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("listener 'smtp' cannot have " + smtp);
        }
    }

    @Test
    void aPortForTheOtherNodesInUseIsNamed() throws IOException {
        try (Cluster cluster = Kit.cluster(Kit.Form.EMBEDDED, "one", folder, Map.of());
                ServerSocket taken = new ServerSocket()) {
            int port = cluster.plan().base() + 1;
            taken.bind(new InetSocketAddress("127.0.0.1", port));
            assertThatThrownBy(cluster::startAll)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the members' port 127.0.0.1:" + port + " (hazelcast-port) cannot be had");
        }
    }

    @Test
    @Tag("processes")
    void aProcessThatCannotStartIsNamedAtOnce() throws IOException {
        try (Cluster cluster = Kit.cluster(Kit.Form.PROCESSES, "one", folder, Map.of());
                ServerSocket taken = new ServerSocket()) {
            String smtp = cluster.plan().all("smtp").getFirst();
            taken.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(smtp.replaceAll(".*:", ""))));
            cluster.startAll();
            assertThatThrownBy(() -> cluster.awaitReady(Kit.READY))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("node mail ended as it started")
                    .hasMessageContaining("listener 'smtp' cannot have " + smtp);
        }
    }

    @Test
    void anUnknownKeyStopsTheStart() {
        Map<String, String> wrong = Map.of("timing", "retry-frist = \"2s\"");
        assertThatThrownBy(() ->
                        Kit.cluster(Kit.Form.EMBEDDED, "one", folder, wrong).close())
                .hasMessageContaining("did you mean 'retry-first'?");
    }

    @Test
    void anUnknownNodeIsAnsweredWithThoseThereAre() throws IOException {
        try (Cluster cluster = Kit.cluster(Kit.Form.EMBEDDED, "six", folder, Map.of())) {
            assertThatThrownBy(() -> cluster.kill("gszimbra3"))
                    .hasMessageContaining("no node 'gszimbra3'")
                    .hasMessageContaining("gszimbra1");
        }
    }

    @Test
    void aNodeOfAnIncompatibleVersionIsRefused() throws IOException {
        try (Cluster cluster = Kit.cluster(Kit.Form.EMBEDDED, "three", folder, Map.of())) {
            cluster.start("node1");
            cluster.start("node2");
            NodeConfig config = Configuration.read(cluster.plan().file("node3"), NodeConfig.class)
                    .value();
            assertThatThrownBy(() -> new Node(config, Release.ours("9.9.0")).close())
                    .isInstanceOf(Malformed.class)
                    .hasMessageContaining("runs merpati " + Node.VERSION + " and this one 9.9.0")
                    .hasMessageContaining("install the same version on all nodes");
        }
    }

    @Test
    void withoutAJdkTheLauncherSaysWhatToInstall() throws IOException {
        ProcessBuilder launcher = new ProcessBuilder(
                "bash", "-c", ". " + Kit.ROOT.resolve("distribution/bin/jdk.sh") + "; find_jdk_in /nowhere");
        launcher.redirectErrorStream(true);
        Process process = launcher.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue()).isEqualTo(1);
        assertThat(said).contains("no JDK 25 is here", "apt-get install");
    }
}

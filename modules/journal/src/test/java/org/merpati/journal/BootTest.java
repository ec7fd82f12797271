package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.NodeName;

@Tag("slow")
class BootTest {
    private static final Duration LONGEST = Duration.ofMillis(2500);
    private static final Duration KEPT_OUT = LONGEST.multipliedBy(2);

    @TempDir
    Path folder;

    private RatisCluster cluster;

    @BeforeEach
    void start() {
        cluster = new RatisCluster(folder, 3, RatisCluster.quick().withElection(Duration.ofMillis(300), LONGEST));
        cluster.startAll().awaitLeader();
        cluster.put("k", "1");
        cluster.stop("c");
        cluster.stop("a");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** As if the process had ended without a goodbye. */
    private void goneWithoutClosing(String node) throws IOException {
        Path note = cluster.data(node).resolve("journal/boot");
        assertThat(note).hasContent("boot-1\nclosed");
        Files.writeString(note, "boot-1\nrunning\n");
    }

    private Duration startOf(String node) {
        long begin = System.nanoTime();
        cluster.start(node);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    void afterAnUncleanBootAVoterKeepsOutOfElections() throws IOException {
        goneWithoutClosing("a");
        cluster.host("a").boot = "boot-2";
        Journal other = cluster.journal("b");
        Await.until(
                "b leads no more",
                RatisCluster.PATIENCE,
                () -> !other.leadership().leading());
        CompletableFuture<Duration> started = CompletableFuture.supplyAsync(() -> startOf("a"));
        Await.until("a is open", RatisCluster.PATIENCE, () -> {
            boolean open = cluster.journals.containsKey(new NodeName("a"));
            assertThat(open || !other.leadership().leading())
                    .as("b is elected without a's vote")
                    .isTrue();
            return open;
        });
        assertThat(started.join()).isGreaterThanOrEqualTo(KEPT_OUT);
        cluster.awaitLeader();
        cluster.put("k", "2");
        assertThat(cluster.data("a").resolve("journal/boot")).hasContent("boot-2\nrunning");
    }

    @Test
    void aKillWithoutABootCostsNoTime() throws IOException {
        goneWithoutClosing("a");
        assertThat(startOf("a")).isLessThan(KEPT_OUT);
    }

    @Test
    void aBootAfterAnOrderlyCloseCostsNoTime() {
        cluster.host("a").boot = "boot-2";
        assertThat(startOf("a")).isLessThan(KEPT_OUT);
    }

    @Test
    void aMachineThatDoesNotTellItsBootsIsTakenForBooted() throws IOException {
        goneWithoutClosing("a");
        cluster.host("a").boot = "";
        assertThat(startOf("a")).isGreaterThanOrEqualTo(KEPT_OUT);
    }
}

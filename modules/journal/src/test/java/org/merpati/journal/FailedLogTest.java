package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.TryLater;

@Tag("slow")
class FailedLogTest {
    private static final int FILES = 400;

    @TempDir
    Path folder;

    private RatisCluster cluster;
    private Journal journal;

    @BeforeEach
    void start() {
        cluster = new RatisCluster(folder, 1, RatisCluster.quick().withLog(Long.MAX_VALUE, 32 * 1024, 4));
        journal = cluster.start("a");
        cluster.awaitLeader();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** The next file of the log cannot be made: where it is to be, a link leads nowhere. */
    private void breakTheDisk() throws IOException {
        for (int i = 1; i < FILES; i++) {
            Files.createSymbolicLink(cluster.log("a").resolve("log_inprogress_" + i), folder.resolve("nowhere/file"));
        }
    }

    private void mendTheDisk() throws IOException {
        for (int i = 1; i < FILES; i++) {
            Path file = cluster.log("a").resolve("log_inprogress_" + i);
            if (Files.isSymbolicLink(file)) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aLogThatCannotBeWrittenEndsItsGroupAndNoOther() throws IOException {
        MapState otherState = new MapState(folder.resolve("other"));
        Journal other = cluster.node("a").open(cluster.topology.directory(), otherState);
        Await.until(
                "the other group leads",
                RatisCluster.PATIENCE,
                () -> other.leadership().leading());
        breakTheDisk();
        Set<String> acknowledged = new TreeSet<>();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < FILES; i++) {
                        journal.submit(MapState.put("k" + i, "x".repeat(2000)));
                        acknowledged.add("k" + i);
                    }
                })
                .isInstanceOf(TryLater.class);
        Await.until(
                "it is left",
                RatisCluster.PATIENCE,
                () -> journal.status().state().startsWith("failed: the log cannot be written"));
        assertThat(journal.leadership().leading()).isFalse();
        assertThat(journal.leased()).isFalse();
        assertThatThrownBy(journal::barrier).isInstanceOf(TryLater.class);
        assertThatThrownBy(() -> journal.submit(MapState.put("k", "1"))).isInstanceOf(TryLater.class);
        for (int i = 0; i < 100; i++) {
            other.submit(MapState.put("other" + i, "goes on"));
        }
        assertThat(other.leased()).isTrue();
        cluster.stop("a");
        mendTheDisk();
        cluster.start("a");
        cluster.awaitLeader();
        assertThat(cluster.state("a").values().keySet()).containsAll(acknowledged);
        assertThat(acknowledged).isNotEmpty();
    }
}

package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that lacks a checkpoint is told so by the leader as soon as it listens: also while it opens its log. */
@Tag("slow")
class InstallDuringStartTest {
    private static final int KIB = 1024;
    private static final Duration OPENING = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private RatisCluster cluster;

    @BeforeEach
    void start() {
        cluster = new RatisCluster(folder, 3, RatisCluster.quick().withLog(64 * KIB, 32 * KIB, 4)).startAll();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aGroupOpensThoughTheLeaderOffersACheckpoint() {
        String leader = cluster.awaitLeader();
        String away = Stream.of("a", "b", "c")
                .filter(n -> !n.equals(leader))
                .findFirst()
                .orElseThrow();
        cluster.put("first", "1");
        cluster.stop(away);
        for (int i = 0; i < 150; i++) {
            cluster.put("k" + i, "x".repeat(4 * KIB) + i);
        }
        Await.until("a checkpoint was made", RatisCluster.PATIENCE, () -> checkpointed() > 100);
        Thread opener = Thread.currentThread();
        AtomicBoolean slow = new AtomicBoolean(true);
        cluster.made = state -> state.asked = () -> {
            if (!Thread.currentThread().equals(opener) && slow.getAndSet(false)) {
                LockSupport.parkNanos(OPENING.toNanos());
            }
        };
        cluster.start(away);
        assertThat(slow).as("the log was still to be opened").isFalse();
        cluster.awaitSame(away, cluster.awaitLeader());
        assertThat(cluster.state(away).installs.get()).isPositive();
    }

    private long checkpointed() {
        return cluster.state(cluster.awaitLeader()).checkpointed();
    }
}

package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;

/**
 * The witness hears both data nodes, which do not hear each other, and now and then it misses the leader's signs of
 * life for a while, so that leadership moves though the old leader lives. Both nodes are asked all the time.
 */
@Tag("slow")
class StaleReadTest {
    private static final NodeName A = new NodeName("a");
    private static final NodeName B = new NodeName("b");
    private static final NodeName W = new NodeName("w");
    private static final Duration A_WHILE = Duration.ofSeconds(6);
    private static final int MOVES = 3;
    private static final int ATTEMPTS = 6;

    @TempDir
    Path folder;

    private RatisCluster cluster;
    /** When each number was acknowledged; the first is 0. */
    private final List<Long> acknowledged = new CopyOnWriteArrayList<>();

    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong longest = new AtomicLong(Long.MIN_VALUE);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean paused;
    private volatile boolean over;

    @BeforeEach
    void start() {
        cluster = new RatisCluster(folder, 2, RatisCluster.quick()).startAll();
    }

    @AfterEach
    void close() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        cluster.close();
    }

    private Optional<NodeName> newestLeader() {
        return Stream.of(A, B)
                .filter(this::leads)
                .max(Comparator.comparingLong(
                        n -> cluster.journal(n.value()).leadership().epoch().term()));
    }

    private void write() {
        while (!over) {
            if (paused) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
                continue;
            }
            long next = acknowledged.size();
            newestLeader().ifPresent(leader -> {
                try {
                    cluster.journal(leader.value()).submit(MapState.put("n", Long.toString(next)));
                    acknowledged.add(System.nanoTime());
                } catch (TryLater e) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            });
        }
    }

    private void read(String node) {
        while (!over) {
            long asked = System.nanoTime();
            if (cluster.journal(node).leased()) {
                long seen = Long.parseLong(cluster.state(node).value("n"));
                answers.incrementAndGet();
                if (seen + 1 < acknowledged.size()) {
                    longest.accumulateAndGet(asked - acknowledged.get(Math.toIntExact(seen + 1)), Math::max);
                }
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
        }
    }

    /**
     * Makes the other data node leader while the old one lives; nothing is written until it leads, so that it can.
     * False if it does not lead within a while: if the witness has an entry that it lacks, only the witness can be
     * elected, and Ratis lets the old leader's no, which the witness hears, outweigh the majority.
     */
    private boolean moveAwayFrom(NodeName leader, Random random) {
        NodeName other = leader.equals(A) ? B : A;
        paused = true;
        cluster.awaitSame(other.value(), leader.value());
        cluster.authority.cut(A, B);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(200)));
        cluster.authority.deafen(W, leader);
        long since = System.nanoTime();
        Await.until(
                "the other leads, or a while has passed",
                RatisCluster.PATIENCE,
                () -> leads(other) || System.nanoTime() - since > A_WHILE.toNanos());
        boolean moved = leads(other);
        paused = false;
        cluster.authority.hear(W, leader);
        int before = acknowledged.size();
        if (moved) {
            Await.until("it takes writes", RatisCluster.PATIENCE, () -> acknowledged.size() > before + 10);
        }
        cluster.authority.heal();
        Await.until(
                "the old leader has them too",
                RatisCluster.PATIENCE,
                () -> Long.parseLong(cluster.state(leader.value()).value("n")) > before);
        return moved;
    }

    private boolean leads(NodeName node) {
        return cluster.journal(node.value()).leadership().leading();
    }

    @Test
    void noAnswerIsStaleForLongerThanTheBound() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        cluster.awaitLeader();
        cluster.put("n", "0");
        acknowledged.add(System.nanoTime());
        threads.add(Thread.ofPlatform().start(this::write));
        threads.add(Thread.ofPlatform().start(() -> read("a")));
        threads.add(Thread.ofPlatform().start(() -> read("b")));
        int moves = 0;
        for (int attempt = 0; attempt < ATTEMPTS && moves < MOVES; attempt++) {
            moves += moveAwayFrom(new NodeName(cluster.awaitLeader()), random) ? 1 : 0;
        }
        over = true;
        Duration bound = RatisCluster.quick().staleness();
        String stale = longest.get() == Long.MIN_VALUE
                ? "none was stale"
                : "the longest was stale for " + TimeUnit.NANOSECONDS.toMicros(longest.get()) + " us";
        System.out.println("StaleReadTest: seed " + seed + ", " + acknowledged.size() + " writes, " + moves + " moves, "
                + answers + " answers, " + stale + ", the bound is " + bound.toMillis() + " ms");
        assertThat(moves).isPositive();
        assertThat(answers.get()).isPositive();
        assertThat(longest.get()).isLessThanOrEqualTo(bound.toNanos());
    }
}

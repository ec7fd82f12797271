package org.merpati.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;

class ThreeVotersTest {
    private static final int KIB = 1024;
    private static final String UNKNOWN = "may or may not have happened";

    @TempDir
    Path folder;

    private RatisCluster cluster;
    private volatile String leader;

    @BeforeEach
    void start() {
        cluster = new RatisCluster(folder, 3, RatisCluster.quick().withLog(64 * KIB, 32 * KIB, 4)).startAll();
        leader = cluster.awaitLeader();
        // A voter whose log is empty elects nobody, since it may have lost its disk: each begins with something.
        cluster.put("begin", "1");
        others().forEach(other -> cluster.awaitSame(other, leader));
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Journal journal() {
        return cluster.journal(leader);
    }

    private MapState state() {
        return cluster.state(leader);
    }

    private List<String> others() {
        return List.of("a", "b", "c").stream().filter(n -> !n.equals(leader)).toList();
    }

    @Test
    @Tag("slow")
    void whenTheLeaderStopsNothingIsLostAndTheEpochRises() {
        Map<String, String> acknowledged = new TreeMap<>();
        long epoch = journal().leadership().epoch().term();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 50; i++) {
                String key = "k" + round + "-" + i;
                cluster.put(key, "v" + i);
                acknowledged.put(key, "v" + i);
            }
            String stopped = leader;
            cluster.stop(stopped);
            leader = cluster.awaitLeader();
            assertThat(state().values()).containsAllEntriesOf(acknowledged);
            long next = journal().leadership().epoch().term();
            assertThat(next).isGreaterThan(epoch);
            epoch = next;
            cluster.start(stopped);
        }
        cluster.put("end", "1");
        cluster.awaitSame("a", leader);
        cluster.awaitSame("b", leader);
        cluster.awaitSame("c", leader);
    }

    @Test
    void aMinorityRefusesAndItsLeaseEnds() {
        String old = leader;
        Journal minority = cluster.journal(old);
        cluster.put("k", "before");
        Await.until("the lease is held", Duration.ofSeconds(5), minority::leased);
        others().forEach(o -> cluster.authority.cut(new NodeName(old), new NodeName(o)));
        Await.until(
                "another leads",
                RatisCluster.PATIENCE,
                () -> others().stream()
                        .anyMatch(o -> cluster.journal(o).leadership().leading()));
        assertThat(minority.leased()).isFalse();
        assertThatThrownBy(() -> minority.submit(MapState.put("k", "minority"))).isInstanceOf(TryLater.class);
        assertThatThrownBy(minority::barrier).isInstanceOf(TryLater.class);
        String next = others().stream()
                .filter(o -> cluster.journal(o).leadership().leading())
                .findFirst()
                .orElseThrow();
        assertThat(Await.answer(
                        RatisCluster.PATIENCE, () -> cluster.journal(next).submit(MapState.put("k", "after"))))
                .asString(UTF_8)
                .isEqualTo("before");
        cluster.authority.heal();
        cluster.awaitSame(old, next);
        assertThat(cluster.state(old).values()).containsEntry("k", "after");
    }

    /** Whoever is turned away may do it again elsewhere: it has not happened. */
    @Test
    void whileLeadershipIsHandedOverNothingIsLeftUnknown() throws InterruptedException {
        Set<String> done = ConcurrentHashMap.newKeySet();
        Map<String, String> turnedAway = new ConcurrentHashMap<>();
        AtomicBoolean stopped = new AtomicBoolean();
        List<Thread> callers = IntStream.range(0, 4)
                .mapToObj(caller -> Thread.ofVirtual().start(() -> {
                    for (int i = 0; !stopped.get(); i++) {
                        String key = "k" + caller + "-" + i;
                        try {
                            journal().submit(MapState.put(key, "v"));
                            done.add(key);
                        } catch (TryLater later) {
                            turnedAway.put(key, later.sentence());
                            // Who tries again at once keeps the processors from those who hand over.
                            LockSupport.parkNanos(1_000_000);
                        }
                    }
                }))
                .toList();
        int rounds = 6;
        long term = journal().leadership().epoch().term();
        try {
            for (int round = 0; round < rounds; round++) {
                int before = done.size();
                String next = others().get(round % 2);
                Await.answer(RatisCluster.PATIENCE, () -> {
                    leader = cluster.awaitLeader(); // a busy machine may have made another the leader
                    if (!leader.equals(next)) {
                        journal().transfer(new NodeName(next));
                    }
                    return true;
                });
                leader = cluster.awaitLeader();
                Await.until("it goes on", RatisCluster.PATIENCE, () -> done.size() > before + 20);
            }
        } finally {
            stopped.set(true);
        }
        for (Thread caller : callers) {
            caller.join();
        }
        Map<String, String> kept = state().values();
        assertThat(kept.keySet()).containsAll(done);
        turnedAway.forEach((key, why) -> {
            if (!why.contains(UNKNOWN)) {
                assertThat(kept).as(why).doesNotContainKey(key);
            }
        });
        // A busy machine may lose a leader besides; each handover begins one term.
        if (journal().leadership().epoch().term() == term + rounds) {
            assertThat(turnedAway.values()).noneMatch(why -> why.contains(UNKNOWN));
        }
    }

    @Test
    void aShortAbsenceIsMadeUpFromTheLog() {
        String away = others().getFirst();
        cluster.stop(away);
        for (int i = 0; i < 30; i++) {
            cluster.put("k" + i, "v");
        }
        cluster.start(away);
        cluster.awaitSame(away, leader);
        assertThat(cluster.state(away).installs).hasValue(0);
    }

    @Test
    void aLongAbsenceIsMadeUpFromACheckpoint() {
        String away = absent();
        cluster.start(away);
        cluster.awaitSame(away, leader);
        assertThat(cluster.state(away).installs.get()).isPositive();
        Await.until(
                "the pins are let go",
                RatisCluster.PATIENCE,
                () -> cluster.states.values().stream().allMatch(s -> s.pins() == 0));
        cluster.put("later", "1");
        cluster.awaitSame(away, leader);
        cluster.stop(away);
        cluster.start(away);
        cluster.put("last", "1");
        cluster.awaitSame(away, leader);
    }

    @Test
    @Tag("slow")
    void ofAFileThatIsHereInPartOnlyTheRestIsSent() {
        String away = absent();
        cluster.made = state -> state.grows = true;
        cluster.start(away);
        cluster.awaitSame(away, leader);
        assertThat(cluster.state(away).grown.get()).isPositive();
    }

    /** A voter that is stopped and lacks more than the others have in their logs. */
    private String absent() {
        String away = others().getFirst();
        cluster.put("first", "1");
        cluster.stop(away);
        String filler = "x".repeat(4 * KIB);
        for (int i = 0; i < 150; i++) {
            cluster.put("k" + i, filler + i);
        }
        Await.until("a checkpoint was made", RatisCluster.PATIENCE, () -> state().checkpointed() > 100);
        return away;
    }

    @Test
    void theLeaderTellsWhatOthersLack() {
        String away = others().getFirst();
        cluster.put("k", "1");
        cluster.stop(away);
        for (int i = 0; i < 20; i++) {
            cluster.put("k" + i, "v");
        }
        assertThat(journal().status().lag().get(new NodeName(away))).isGreaterThanOrEqualTo(20);
        assertThat(journal().status().lag()).hasSize(2);
    }
}

package org.merpati.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.disk.SegmentFile;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

@Tag("slow")
class RoomTest {
    private static final int KIB = 1024;
    private static final long BOUND = 4L << 20;
    private static final String FILLER = "x".repeat(64 * KIB);

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // each test begins with start
    private RatisCluster cluster;

    @AfterEach
    void close() {
        cluster.close();
    }

    private Journal start(int dataNodes, JournalConfig config) {
        cluster = new RatisCluster(folder, dataNodes, config).startAll();
        return cluster.journal(cluster.awaitLeader());
    }

    private static void awaitRefused(Journal journal, String why) {
        Await.until("changes are refused", RatisCluster.PATIENCE, () -> {
            try {
                journal.submit(MapState.put("probe", "1"));
                return false;
            } catch (TryLater e) {
                return e.sentence().contains("takes no changes") && e.sentence().contains(why);
            }
        });
    }

    private static void awaitAlarm(Journal journal, String... words) {
        Await.until(
                String.join(", ", words),
                RatisCluster.PATIENCE,
                () -> journal.status().alarms().stream()
                        .anyMatch(alarm -> Stream.of(words).allMatch(alarm::contains)));
    }

    @Test
    void aDiskThatIsNearlyFullRefusesWritesAndAnswersReads() {
        Journal journal = start(1, RatisCluster.quick());
        journal.submit(MapState.put("k", "1"));
        assertThat(journal.status().alarms()).isEmpty();
        cluster.host("a").space = Host.SCARCE;
        awaitRefused(journal, "1536 MiB are kept free");
        awaitAlarm(journal, "1536 MiB are kept free");
        journal.barrier();
        Await.until("the lease is held", RatisCluster.PATIENCE, journal::leased);
        long committed = journal.status().committed();
        assertThatThrownBy(() -> journal.submit(MapState.put("k", "2"))).isInstanceOf(TryLater.class);
        assertThat(journal.status().committed()).isLessThanOrEqualTo(committed + 1);
        assertThat(cluster.state("a").values()).containsEntry("k", "1");
        cluster.host("a").space = Host.ROOMY;
        assertThat(Await.answer(RatisCluster.PATIENCE, () -> journal.submit(MapState.put("k", "3"))))
                .asString(UTF_8)
                .isEqualTo("1");
        Await.until(
                "the alarm ends",
                RatisCluster.PATIENCE,
                () -> journal.status().alarms().isEmpty());
    }

    @Test
    void aFollowerWithoutRoomCountsOnlyWhenItIsNeeded() {
        Journal journal = start(2, RatisCluster.quick());
        String leader = cluster.awaitLeader();
        cluster.host("w").space = Host.SCARCE;
        awaitAlarm(cluster.journal("w"), "1536 MiB are kept free");
        cluster.put("both", "1");
        assertThat(journal.status().alarms()).isEmpty();
        cluster.stop(leader.equals("a") ? "b" : "a");
        awaitRefused(journal, "on node w its disk");
        journal.barrier();
        awaitAlarm(journal, "it takes no changes", "node w");
        cluster.host("w").space = Host.ROOMY;
        cluster.put("room", "again");
    }

    @Test
    void theWitnessAlarmsAtHalfItsBoundAndStopsAtItAndNeverPurges() throws IOException {
        start(2, RatisCluster.quick().withLog(256 * KIB, 256 * KIB, 4).withLogBound(BOUND));
        cluster.put("first", "1");
        cluster.stop("b");
        Journal leader = cluster.journal("a");
        cluster.awaitLeader("a");
        Map<String, String> acknowledged = new TreeMap<>();
        while (acknowledged.size() < BOUND * 5 / 8 / FILLER.length()) {
            submit(leader, acknowledged);
        }
        Await.until(
                "the witness alarms",
                RatisCluster.PATIENCE,
                () -> cluster.journal("w").status().alarms().stream()
                        .anyMatch(alarm -> alarm.contains("full in about") && alarm.contains("node b")));
        untilTheWitnessIsFull(leader, "b", acknowledged);
        assertThat(firstOfLog("w")).isZero();
        leader.barrier();
        cluster.start("b");
        cluster.put("last", "1");
        cluster.awaitSame("b", "a");
        assertThat(cluster.state("b").values()).containsAllEntriesOf(acknowledged);
        Await.until("the witness has purged", RatisCluster.PATIENCE, () -> {
            cluster.put("later", FILLER);
            return firstOfLog("w") > 0;
        });
    }

    @Test
    void aFullWitnessDropsWhatANodeThatIsAwayLacksIfThatIsAgreed() {
        start(2, RatisCluster.quick().withLog(256 * KIB, 256 * KIB, 4).withLogBound(BOUND));
        cluster.put("first", "1");
        String leader = cluster.awaitLeader();
        RatisJournals here = cluster.node(leader);
        GroupName group = cluster.group.name();
        assertThatThrownBy(() -> here.single(group, true))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("no copy of group shard-1 is away");
        String away = leader.equals("a") ? "b" : "a";
        assertThatThrownBy(() -> cluster.node(away).single(group, true))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("say it on node " + leader);
        cluster.stop(away);
        Map<String, String> acknowledged = new TreeMap<>();
        untilTheWitnessIsFull(cluster.journal(leader), away, acknowledged);
        assertThat(here.single(group, false)).containsExactly(new NodeName(away));
        assertThatThrownBy(() -> cluster.journal(leader).submit(MapState.put("said", "only")))
                .isInstanceOf(TryLater.class);
        assertThat(firstOfLog("w")).isZero();
        assertThat(here.single(group, true)).containsExactly(new NodeName(away));
        cluster.put("on", "1");
        assertThat(firstOfLog("w")).isPositive();

        cluster.stop(leader);
        Journal back = cluster.start(away);
        Journal witness = cluster.journal("w");
        assertThat(Await.never(
                        Duration.ofSeconds(4),
                        () -> back.leadership().leading()
                                || witness.leadership().leading()))
                .as("nobody serves what came while it was away as if it had not been there")
                .isTrue();
        cluster.start(leader);
        cluster.put("last", "1");
        cluster.awaitSame(away, leader);
        assertThat(cluster.state(away).values())
                .containsAllEntriesOf(acknowledged)
                .containsKeys("first", "on");
    }

    private void untilTheWitnessIsFull(Journal leader, String away, Map<String, String> acknowledged) {
        Await.until("the witness is full", RatisCluster.PATIENCE, () -> {
            try {
                submit(leader, acknowledged);
                return false;
            } catch (TryLater e) {
                assertThat(e.sentence()).contains("takes no changes");
                return e.sentence().contains("on node w its log has reached its bound of 4 MiB: node " + away);
            }
        });
    }

    private static void submit(Journal leader, Map<String, String> acknowledged) {
        int next = acknowledged.size();
        leader.submit(MapState.put("k" + next, FILLER + next));
        acknowledged.put("k" + next, FILLER + next);
    }

    private long firstOfLog(String node) {
        try (Stream<Path> files = Files.list(cluster.log(node))) {
            return files.flatMap(f -> SegmentFile.of(f).stream())
                    .mapToLong(SegmentFile::start)
                    .min()
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aDataNodeThatCannotPurgeAlarmsTheSameWay() {
        Journal journal = start(
                1, RatisCluster.quick().withLog(Long.MAX_VALUE, 256 * KIB, 4).withLogBound(BOUND));
        for (int i = 0; i < BOUND / 2 / FILLER.length() + 2; i++) {
            journal.submit(MapState.put("k" + i, FILLER));
        }
        awaitAlarm(journal, "of at most 4 MiB", "the last checkpoint here ends at entry 0");
    }
}

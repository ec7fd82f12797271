package org.merpati.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.disk.SegmentFile;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;

@Tag("slow")
class UnknownOutcomeTest {
    private static final List<String> NODES = List.of("a", "b", "c");
    private static final int ROUNDS = 5;
    private static final int COMMANDS = 40;

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // each test begins with start
    private RatisCluster cluster;

    private final Random random = new Random();
    private final List<String> submitted = new ArrayList<>();
    private final List<String> acknowledged = new ArrayList<>();
    private int unknown;

    @AfterEach
    void close() {
        cluster.close();
    }

    private void start(Duration electionMin, Duration electionMax, Duration limit) {
        long seed = System.nanoTime();
        System.out.println("UnknownOutcomeTest: seed " + seed);
        random.setSeed(seed);
        cluster = new RatisCluster(
                        folder,
                        3,
                        RatisCluster.quick()
                                .withElection(electionMin, electionMax)
                                .withSubmitLimit(limit)
                                .withLog(Long.MAX_VALUE, 1 << 20, 4))
                .startAll();
    }

    /** Submits commands and cuts the leader off while they are under way, for at least the time. */
    private void cutOff(int round, Duration span) {
        String leader = cluster.awaitLeader();
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        int cutAt = random.nextInt(COMMANDS);
        long since = System.nanoTime();
        for (int i = 0; i < COMMANDS; i++) {
            if (i == cutAt) {
                NODES.stream()
                        .filter(n -> !n.equals(leader))
                        .forEach(n -> cluster.authority.cut(new NodeName(leader), new NodeName(n)));
                since = System.nanoTime();
            }
            submitted.add("round-" + round + "-" + i);
            answers.add(cluster.journal(leader).submitAsync(MapState.put("round-" + round + "-" + i, "v")));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(12)));
        }
        for (int i = 0; i < COMMANDS; i++) {
            count("round-" + round + "-" + i, answers.get(i));
        }
        long end = since + span.toNanos();
        Await.until("the time has passed", RatisCluster.PATIENCE, () -> System.nanoTime() - end > 0);
        cluster.authority.heal();
        cluster.put("healed", "" + round);
    }

    private void count(String key, CompletableFuture<byte[]> answer) {
        try {
            assertThat(answer.get(20, TimeUnit.SECONDS)).asString(UTF_8).isEqualTo("null");
            acknowledged.add(key);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(TryLater.class);
            unknown++;
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("command " + key + " was not answered", e);
        }
    }

    private void checkLogs() throws IOException {
        String leader = cluster.awaitLeader();
        NODES.forEach(n -> cluster.awaitSame(n, leader));
        assertThat(cluster.state(leader).values()).containsKeys(acknowledged.toArray(String[]::new));
        NODES.forEach(cluster::stop);
        for (String node : NODES) {
            Map<String, Integer> times = new HashMap<>();
            for (Path file : filesOf(node)) {
                SegmentFile.of(file).orElseThrow().read((entry, at) -> {
                    byte[] form = entry.getStateMachineLogEntry().getLogData().toByteArray();
                    if (form.length > 0 && Entry.decode(form) instanceof Entry.Batch batch) {
                        batch.commands()
                                .forEach(c -> times.merge(new String(c, UTF_8).split(" ", 3)[1], 1, Integer::sum));
                    }
                });
            }
            times.remove("healed");
            assertThat(submitted).containsAll(times.keySet());
            assertThat(times.keySet()).containsAll(acknowledged);
            assertThat(times)
                    .as("the log of node " + node)
                    .allSatisfy((key, count) -> assertThat(count).isEqualTo(1));
        }
        System.out.println("UnknownOutcomeTest: " + acknowledged.size() + " acknowledged, " + unknown + " unknown");
        assertThat(unknown).isPositive();
        assertThat(acknowledged).isNotEmpty();
    }

    private List<Path> filesOf(String node) throws IOException {
        try (var files = Files.list(cluster.log(node))) {
            return files.filter(f -> SegmentFile.of(f).isPresent()).toList();
        }
    }

    @Test
    void whatWasUnderWayWhenLeadershipWasLostIsNotSentAgain() throws IOException {
        start(Duration.ofMillis(300), Duration.ofMillis(600), Duration.ofSeconds(8));
        for (int round = 0; round < ROUNDS; round++) {
            cutOff(round, Duration.ofMillis(1500));
        }
        checkLogs();
    }

    @Test
    void whatTookTooLongAndHappensLaterIsNotSentAgain() throws IOException {
        start(Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofMillis(300));
        for (int round = 0; round < ROUNDS; round++) {
            cutOff(round, Duration.ofMillis(600));
        }
        checkLogs();
    }
}

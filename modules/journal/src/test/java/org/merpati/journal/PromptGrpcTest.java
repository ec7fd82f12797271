package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.level.Release;

class PromptGrpcTest {
    /** A regular heartbeat comes a quarter of this after an entry, or later. */
    private static final Duration ELECTION = Duration.ofSeconds(4);

    private static final int COMMANDS = 5;

    @TempDir
    Path folder;

    @Test
    void followersHearOfACommitLongBeforeTheNextHeartbeatWithoutAnEntryForIt() {
        JournalConfig config = RatisCluster.quick().withElection(ELECTION, ELECTION.plusSeconds(1));
        try (RatisCluster cluster = new RatisCluster(folder, 3, config).startAll()) {
            String leader = cluster.awaitLeader();
            RatisJournal journal = (RatisJournal) cluster.journal(leader);
            int level = Release.ours("").level();
            Await.until(
                    "the group has its feature level, which takes an entry",
                    RatisCluster.PATIENCE,
                    () -> journal.record().raised().level() == level);
            cluster.put("begin", "1");
            List<String> others = List.of("a", "b", "c").stream()
                    .filter(n -> !n.equals(leader))
                    .toList();
            others.forEach(other -> cluster.awaitSame(other, leader));
            long before = cluster.journal(leader).status().applied();
            long quickest = IntStream.range(0, COMMANDS)
                    .mapToLong(i -> {
                        cluster.put("k", "v" + i);
                        long acknowledged = System.nanoTime();
                        others.forEach(other -> cluster.awaitSame(other, leader));
                        return System.nanoTime() - acknowledged;
                    })
                    .min()
                    .orElseThrow();
            assertThat(Duration.ofNanos(quickest)).isLessThan(ELECTION.dividedBy(8));
            assertThat(cluster.journal(leader).status().applied()).isEqualTo(before + COMMANDS);
        }
    }
}

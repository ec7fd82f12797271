package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.kernel.NodeName;

/** A leader whose process has ended is succeeded at once, one that is silent only when its time is over. */
@Tag("slow")
class SuccessionTest {
    /** So long that no election by time-out falls into the test. */
    private static final Duration SILENCE = Duration.ofSeconds(6);

    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private RatisCluster cluster(int dataNodes) {
        JournalConfig patient = JournalConfig.standard().withElection(SILENCE, SILENCE.plusMillis(600));
        return new RatisCluster(folder, dataNodes, patient).startAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void anEndedLeaderIsSucceededBeforeAnyTimeOut(int dataNodes) {
        try (RatisCluster cluster = cluster(dataNodes)) {
            String ended = cluster.awaitLeader();
            cluster.put("k", "before");
            List.copyOf(cluster.states.keySet()).forEach(node -> cluster.awaitSame(node.value(), ended));
            cluster.stop(ended);
            Await.until("another node leads", SOON, () -> cluster.leader().isPresent());
            cluster.put("k", "after");
            assertThat(cluster.state(cluster.awaitLeader()).values()).containsEntry("k", "after");
        }
    }

    @Test
    void aLeaderThatIsOnlyCutOffIsWaitedFor() {
        try (RatisCluster cluster = cluster(2)) {
            String leader = cluster.awaitLeader();
            cluster.put("k", "v");
            String other = leader.equals("a") ? "b" : "a";
            long epoch = cluster.journal(other).leadership().epoch().term();
            cluster.authority.cut(new NodeName(leader), new NodeName(other));
            cluster.put("k", "w");
            assertThat(cluster.leader()).contains(new NodeName(leader));
            assertThat(cluster.journal(other).leadership().epoch().term()).isEqualTo(epoch);
        }
    }
}

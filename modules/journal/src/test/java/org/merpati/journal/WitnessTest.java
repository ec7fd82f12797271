package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.peers.PeerGate;
import org.merpati.kernel.NodeName;

@Tag("slow")
class WitnessTest {
    private static final int KIB = 1024;

    @TempDir
    Path folder;

    private RatisCluster cluster;

    @BeforeEach
    void start() {
        cluster = new RatisCluster(folder, 2, RatisCluster.quick().withLog(64 * KIB, 32 * KIB, 4)).startAll();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Map<String, String> write(String prefix, int count, int octets) {
        Map<String, String> written = new TreeMap<>();
        String filler = "x".repeat(octets);
        for (int i = 0; i < count; i++) {
            cluster.put(prefix + i, filler + i);
            written.put(prefix + i, filler + i);
        }
        return written;
    }

    @Test
    void whatOnlyTheWitnessKeptReachesTheDataNodeThatReturns() {
        cluster.awaitLeader();
        Map<String, String> written = write("together", 20, 10);
        cluster.stop("b");
        written.putAll(write("without-b", 200, 2 * KIB));
        Await.until(
                "a made a checkpoint",
                RatisCluster.PATIENCE,
                () -> cluster.state("a").checkpointed() > 50);
        assertThat(cluster.journal("w").leadership().leading()).isFalse();
        cluster.stop("a");
        List<Leadership> seenByWitness = new CopyOnWriteArrayList<>();
        cluster.journal("w").watch(seenByWitness::add);
        Journal b = cluster.start("b");
        cluster.awaitLeader("b");
        assertThat(cluster.state("b").values()).containsAllEntriesOf(written);
        assertThat(cluster.state("b").installs).hasValue(0);
        assertThat(seenByWitness).noneMatch(Leadership::leading);
        cluster.put("b", "leads");
        cluster.start("a");
        cluster.awaitSame("a", "b");
        assertThat(b.leadership().leading()).isTrue();
    }

    @Test
    void theWitnessForgetsWhatAllDataNodesHaveReported() {
        cluster.awaitLeader();
        write("k", 150, 4 * KIB);
        Await.until(
                "the witness has purged",
                RatisCluster.PATIENCE,
                () -> cluster.journal("w").status().checkpointed() > 50);
        long least =
                Math.min(cluster.state("a").checkpointed(), cluster.state("b").checkpointed());
        assertThat(cluster.journal("w").status().checkpointed()).isLessThanOrEqualTo(least);
        cluster.stop("w");
        write("without-w", 20, 10);
        cluster.start("w");
        String leader = cluster.awaitLeader();
        String other = leader.equals("a") ? "b" : "a";
        long committed = cluster.journal(leader).status().committed();
        Await.until(
                "the witness has all",
                RatisCluster.PATIENCE,
                () -> cluster.journal("w").status().committed() >= committed);
        cluster.stop(leader);
        cluster.awaitLeader(other);
        cluster.put("end", "1");
        cluster.start(leader);
        cluster.awaitSame(leader, other);
    }

    @Test
    void aWitnessThatWasAwayForLongGoesOnBehindTheCheckpoints() {
        cluster.awaitLeader();
        cluster.put("k", "1");
        cluster.stop("w");
        Map<String, String> written = write("without-w", 150, 4 * KIB);
        Await.until(
                "both made checkpoints",
                RatisCluster.PATIENCE,
                () -> cluster.states.values().stream().allMatch(s -> s.checkpointed() > 50));
        cluster.start("w");
        String leader = cluster.awaitLeader();
        long committed = cluster.journal(leader).status().committed();
        Await.until(
                "the witness has all",
                RatisCluster.PATIENCE,
                () -> cluster.journal("w").status().committed() >= committed);
        String other = leader.equals("a") ? "b" : "a";
        cluster.stop(leader);
        cluster.awaitLeader(other);
        cluster.put("end", "1");
        assertThat(cluster.state(other).values()).containsAllEntriesOf(written);
    }

    @Test
    void whenOnlyTheWitnessHearsBothOneOfThemServes() {
        String leader = cluster.awaitLeader();
        cluster.put("k", "1");
        cluster.authority.cut(new NodeName("a"), new NodeName("b"));
        for (int i = 0; i < 20; i++) {
            cluster.put("cut" + i, "v");
        }
        long leading =
                cluster.journals.values().stream().filter(Journal::leased).count();
        assertThat(leading).isLessThanOrEqualTo(1);
        String serving = cluster.awaitLeader();
        NodeName away = new NodeName(serving.equals("a") ? "b" : "a");
        Duration unheard = PeerGate.BELIEVED.plus(cluster.config.electionMin());
        long silence = System.nanoTime() + unheard.toNanos();
        Await.until("the silence is noticed", RatisCluster.PATIENCE, () -> System.nanoTime() > silence);
        assertThatThrownBy(() -> cluster.journal(serving).transfer(away)).hasMessageContaining("it does not hear");
        assertThat(cluster.journal(serving).leadership().leading()).isTrue();
        cluster.authority.heal();
        cluster.put("end", "1");
        cluster.awaitSame("a", "b");
        assertThat(leader).isIn("a", "b");
        assertThat(cluster.state("a").values()).containsEntry("cut19", "v").containsEntry("end", "1");
    }
}

package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;

/** The contract over three voters, and what needs no cluster of its own. */
@Tag("slow")
class ThreeVotersContractTest implements JournalContract {
    private static final int KIB = 1024;
    private static final SharedCluster SHARED =
            new SharedCluster(3, RatisCluster.quick().withLog(64 * KIB, 32 * KIB, 4));

    @TempDir
    static Path folder;

    private RatisCluster cluster;
    private String leader;

    @BeforeEach
    void start() {
        cluster = SHARED.in(folder);
        leader = cluster.awaitLeader();
    }

    @AfterEach
    void after(TestInfo test) {
        SHARED.after(test);
    }

    @AfterAll
    static void close() {
        SHARED.close();
    }

    @Override
    public Journal journal() {
        return cluster.journal(leader);
    }

    @Override
    public MapState state() {
        return cluster.state(leader);
    }

    private List<String> others() {
        return List.of("a", "b", "c").stream().filter(n -> !n.equals(leader)).toList();
    }

    @Test
    void leadershipIsHandedOver() {
        String to = others().getLast();
        cluster.put("k", "1");
        // On a busy machine an election may take the leadership away again: whoever has it then is asked.
        Await.until(to + " leads", RatisCluster.PATIENCE, () -> handOver(to));
        cluster.put("k", "2");
        assertThat(cluster.journal(to).leadership().leader()).isEqualTo(Optional.of(new NodeName(to)));
    }

    private boolean handOver(String to) {
        Journal next = cluster.journal(to);
        try {
            if (!next.leadership().leading()) {
                cluster.journal(cluster.awaitLeader()).transfer(new NodeName(to));
            }
        } catch (TryLater later) {
            return false;
        }
        return next.leadership().leading();
    }

    @Test
    void aFollowerNamesTheLeader() {
        Journal follower = cluster.journal(others().getFirst());
        Await.until(
                "it knows the leader",
                RatisCluster.PATIENCE,
                () -> follower.leadership().leader().equals(Optional.of(new NodeName(leader))));
        assertThatThrownBy(() -> follower.submit(MapState.put("k", "1")))
                .isInstanceOfSatisfying(
                        TryLater.class,
                        e -> assertThat(e.moved().orElseThrow().node()).isEqualTo(new NodeName(leader)));
        assertThatThrownBy(follower::barrier).isInstanceOf(TryLater.class);
        assertThat(follower.leased()).isFalse();
    }
}

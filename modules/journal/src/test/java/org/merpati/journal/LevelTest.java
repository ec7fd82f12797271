package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/** Groups whose nodes are upgraded one by one, over Ratis. */
@Tag("slow")
class LevelTest {
    private static final Release OLD = new Release("0.1.0", 1);
    private static final Release NEW = new Release("0.2.0", 2);
    private static final Id CLUSTER = new Id(1, 1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    /** Tries a command of the second level, until it is taken or refused; what is said when it is refused. */
    private static String later(RatisCluster cluster, String value) {
        String[] said = {""};
        Await.until("somebody takes or refuses it", PATIENCE, () -> {
            try {
                cluster.leader()
                        .map(leader -> cluster.journal(leader.value()))
                        .orElseThrow(() -> new TryLater("nobody leads"))
                        .submit(MapState.put2("later", value));
                said[0] = "";
                return true;
            } catch (Refused early) {
                said[0] = early.sentence();
                return true;
            } catch (Failure notNow) {
                return false;
            }
        });
        return said[0];
    }

    private static void awaitLater(RatisCluster cluster, String value) {
        Await.until("the group is raised", PATIENCE, () -> later(cluster, value).isEmpty());
    }

    /** What the first node says, which leads again if another does by now. */
    private static void awaitRefusal(RatisCluster cluster, String because) {
        Await.until("refused, because " + because, PATIENCE, () -> {
            leadBy(cluster, "a");
            return later(cluster, "too early").endsWith(because);
        });
    }

    private static void leadBy(RatisCluster cluster, String node) {
        Await.until(node + " is made the leader", PATIENCE, () -> {
            String leader = cluster.awaitLeader();
            try {
                if (!leader.equals(node)) {
                    cluster.journal(leader).transfer(new NodeName(node));
                }
                return true;
            } catch (TryLater notNow) {
                return false;
            }
        });
        cluster.awaitLeader(node);
    }

    private static void upgrade(RatisCluster cluster, String node) {
        cluster.stop(node);
        cluster.releases.put(new NodeName(node), NEW);
        cluster.start(node);
        cluster.put("sooner", "while " + node + " is new");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void anUpgradeNodeByNodeRaisesTheGroupAtItsEnd(int dataNodes) {
        try (RatisCluster cluster = new RatisCluster(folder, dataNodes, RatisCluster.quick())) {
            List<String> voters =
                    cluster.group.voters().stream().map(NodeName::value).toList();
            String last = voters.getLast();
            voters.forEach(voter -> cluster.releases.put(new NodeName(voter), OLD));
            cluster.startAll();
            cluster.put("sooner", "1");
            upgrade(cluster, "a");
            leadBy(cluster, "a");
            awaitRefusal(cluster, "node b runs merpati 0.1.0");
            upgrade(cluster, "b");
            cluster.stop("b");
            awaitRefusal(cluster, "node b does not answer");
            cluster.start("b");
            leadBy(cluster, "a");
            awaitRefusal(cluster, "node " + last + " runs merpati 0.1.0");
            cluster.stop(last);
            awaitRefusal(cluster, "node " + last + " does not answer");
            assertThat(later(cluster, "too early"))
                    .startsWith("this can be done once all nodes of group shard-1 run merpati 0.2.0 or newer"
                            + " (feature level 2, the group is at 1): ");
            cluster.releases.put(new NodeName(last), NEW);
            cluster.start(last);
            awaitLater(cluster, "1");

            cluster.stop("a");
            cluster.put("sooner", "without a");
            assertThat(later(cluster, "2"))
                    .as("it stays raised, whoever leads and whoever is away")
                    .isEmpty();
            cluster.releases.put(new NodeName("a"), OLD);
            Journal old = cluster.start("a");
            assertThat(old.status().state())
                    .isEqualTo("failed: the group is at feature level 2 since a node with merpati 0.2.0 raised it, and"
                            + " merpati 0.1.0 knows level 1: install merpati 0.2.0 or newer on this node");
            assertThat(later(cluster, "3")).isEmpty();
            cluster.stop("a");
            cluster.releases.put(new NodeName("a"), NEW);
            cluster.start("a");
            cluster.awaitSame("a", "b");
            assertThat(cluster.state("a").values()).containsEntry("later", "3");
        }
    }

    @Test
    void aNodeAloneIsRaisedByItselfAndStaysSoFromACheckpoint() {
        try (RatisCluster cluster = new RatisCluster(folder, 1, RatisCluster.quick())) {
            cluster.startAll();
            awaitLater(cluster, "1");
            Await.until("a checkpoint is there", PATIENCE, () -> {
                try {
                    return cluster.state("a").checkpoint() > 0;
                } catch (IOException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            cluster.stop("a");
            cluster.start("a");
            cluster.awaitLeader();
            assertThat(later(cluster, "2")).isEmpty();
        }
    }

    @Test
    void theLevelTravelsWithACheckpointAndIsNeverLowered() throws IOException {
        Path file = folder.resolve("replica");
        ReplicaRecord record = ReplicaRecord.open(file, CLUSTER, "shard-1", NEW);
        record.entry(1, 1);
        assertThat(Files.readAllBytes(file)[4])
                .as("as the first release wrote it")
                .isEqualTo((byte) 1);
        CheckpointOffer first = new CheckpointOffer(5, 1, 1_000, new Release("", 1), List.of());
        assertThat(CheckpointOffer.decode(first.encode())).isEqualTo(first);
        assertThat(first.encode()[0]).as("as the first release sent it").isEqualTo((byte) 1);
        CheckpointOffer offer = new CheckpointOffer(7, 2, 1_000, NEW, List.of());
        assertThat(CheckpointOffer.decode(offer.encode())).isEqualTo(offer);

        record.installed(offer);
        ReplicaRecord again = ReplicaRecord.open(file, CLUSTER, "shard-1", NEW);
        assertThat(again.raised()).isEqualTo(NEW);
        assertThat(again.termOf(7)).isEqualTo(2);
        again.raise(OLD);
        assertThat(again.raised()).isEqualTo(NEW);
        ReplicaRecord old = ReplicaRecord.open(file, CLUSTER, "shard-1", OLD);
        assertThatThrownBy(() -> old.check(old.raised())).hasMessageContaining("install merpati 0.2.0 or newer");
        ReplicaRecord fresh = ReplicaRecord.open(folder.resolve("other"), CLUSTER, "shard-1", OLD);
        assertThatThrownBy(() -> fresh.installed(offer)).isInstanceOf(IllegalStateException.class);
        assertThat(fresh.raised().level()).isEqualTo(1);
    }
}

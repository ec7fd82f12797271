package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Refused;

/** A copy with damaged files is mended from another, while the others serve. */
@Tag("slow")
class MenderTest {
    private static final int KIB = 1024;

    @TempDir
    Path folder;

    private RatisCluster start(int dataNodes) {
        RatisCluster cluster =
                new RatisCluster(folder, dataNodes, RatisCluster.quick().withLog(64 * KIB, 32 * KIB, 4)).startAll();
        cluster.awaitLeader();
        for (int i = 0; i < 150; i++) {
            cluster.put("k" + i, "x".repeat(4 * KIB) + i);
        }
        return cluster;
    }

    /** Waits until a node's log does not begin with the first entry any more. */
    private static void awaitPurged(RatisCluster cluster, String node) {
        Await.until("the log of " + node + " was purged", RatisCluster.PATIENCE, () -> {
            try (Stream<Path> files = Files.list(cluster.log(node))) {
                return files.noneMatch(f -> f.getFileName().toString().startsWith("log_0-"));
            } catch (IOException moving) {
                return false;
            }
        });
    }

    private static void awaitMended(RatisCluster cluster, String node, MapState state) {
        Await.until(
                node + " was mended",
                RatisCluster.PATIENCE,
                () -> state.installs.get() == 1
                        && !cluster.journal(node).status().state().startsWith("failed"));
    }

    private static String other(String node) {
        return node.equals("a") ? "b" : "a";
    }

    @Test
    void aCopyWhoseFilesAreGoneComesBackFromAnother() throws IOException {
        try (RatisCluster cluster = start(2)) {
            awaitPurged(cluster, "b");
            cluster.stop("b");
            try (Stream<Path> files = Files.walk(cluster.data("b").resolve("state"))) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
            cluster.start("b");
            awaitMended(cluster, "b", cluster.state("b"));
            cluster.awaitSame("b", "a");
            cluster.stop("a");
            cluster.awaitLeader("b");
            cluster.put("after", "it");
            assertThat(cluster.state("b").value("k149")).endsWith("149");
        }
    }

    @Test
    void aLeaderThatFindsDamageHandsOverAndIsMended() {
        try (RatisCluster cluster = start(2)) {
            String leader = cluster.awaitLeader();
            MapState state = cluster.state(leader);
            List<String> told = List.of("the file x is damaged", "the file x is damaged");
            told.forEach(state.damaged);
            cluster.awaitLeader(other(leader));
            cluster.put("meanwhile", "written");
            awaitMended(cluster, leader, state);
            cluster.awaitSame(leader, other(leader));
            cluster.put("after", "it");
            cluster.awaitSame(leader, other(leader));
            assertThat(state.installs)
                    .as("two words of one damage are one mending")
                    .hasValue(1);
        }
    }

    /** The index of the first entry that a node's log still holds. */
    private static long first(RatisCluster cluster, String node) {
        try (Stream<Path> files = Files.list(cluster.log(node))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("log_"))
                    .map(name -> name.split("[_-]", -1))
                    .mapToLong(parts -> Long.parseLong(parts[1].equals("inprogress") ? parts[2] : parts[1]))
                    .min()
                    .orElse(0);
        } catch (IOException | UncheckedIOException moving) {
            return 0;
        }
    }

    @Test
    void aCopyIsMendedThoughTheOthersCheckpointIsTooOldAndNobodyWrites() {
        try (RatisCluster cluster = start(2)) {
            String leader = cluster.awaitLeader();
            MapState state = cluster.state(leader);
            Await.until("the leader's log begins behind the other's checkpoint", RatisCluster.PATIENCE, () -> {
                cluster.put("more", "x".repeat(4 * KIB));
                ((RatisJournal) cluster.journal(leader)).checkpoint();
                return first(cluster, leader) > cluster.state(other(leader)).checkpointed() + 1;
            });
            state.damaged.accept("the file x is damaged");
            awaitMended(cluster, leader, state);
            cluster.put("after", "it");
            cluster.awaitSame(leader, other(leader));
        }
    }

    @Test
    void aDamagedCopyGoesOnUntilAnotherCanTakeItsPlace() {
        try (RatisCluster cluster = start(2)) {
            cluster.stop("a");
            cluster.awaitLeader("b");
            MapState state = cluster.state("b");
            state.damaged.accept("the file x is damaged");
            for (int i = 0; i < 50; i++) {
                cluster.put("alone" + i, "written");
            }
            assertThat(state.installs).hasValue(0);
            cluster.start("a");
            awaitMended(cluster, "b", state);
            for (String node : List.of("a", "b")) {
                Await.until(
                        node + " has everything",
                        RatisCluster.PATIENCE,
                        () -> cluster.state(node).value("alone49").equals("written"));
            }
        }
    }

    @Test
    void theOnlyCopyIsLeftAsItIs() {
        try (RatisCluster cluster = start(1)) {
            cluster.state("a").damaged.accept("the file x is damaged");
            assertThatThrownBy(() -> cluster.node("a").mend(cluster.group.name()))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("no other node has a copy");
            cluster.put("after", "it");
            assertThat(cluster.state("a").installs).hasValue(0);
        }
    }
}

package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.TryLater;

/** A voter whose disk was lost: it may not come back as what it was, and comes back with all that the others have. */
@Tag("slow")
class JoiningTest {
    private static final int KIB = 1024;
    /** Longer than any election takes. */
    private static final Duration LONG = Duration.ofSeconds(4);

    @TempDir
    Path folder;

    private RatisCluster cluster;

    @BeforeEach
    void three() {
        start(folder.resolve("three"), 3);
    }

    private void start(Path in, int dataNodes) {
        cluster = new RatisCluster(in, dataNodes, RatisCluster.quick().withLog(64 * KIB, 32 * KIB, 4)).startAll();
        cluster.awaitLeader();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Map<String, String> write(String prefix, int count) {
        Map<String, String> written = new TreeMap<>();
        String filler = "x".repeat(2 * KIB);
        for (int i = 0; i < count; i++) {
            cluster.put(prefix + i, filler + i);
            written.put(prefix + i, filler + i);
        }
        return written;
    }

    @Test
    void itHasWhatTheOthersHaveBeforeItVotes() throws IOException {
        Map<String, String> written = write("before", 120);
        cluster.loseDisk("c");
        written.putAll(write("without-c", 40));
        cluster.start("c");
        written.putAll(write("meanwhile", 40));
        cluster.awaitVotes("c");
        String leader = cluster.awaitLeader();
        cluster.awaitSame("c", leader);
        assertThat(cluster.state("c").values()).containsAllEntriesOf(written);
        String gone = leader.equals("c") ? "b" : leader;
        cluster.stop(gone);
        cluster.awaitLeader();
        cluster.put("with", "two");
        cluster.awaitSame("c", cluster.awaitLeader());
        assertThat(cluster.state("c").values()).containsAllEntriesOf(written).containsKey("with");
        cluster.start(gone);
        cluster.awaitSame(gone, "c");
    }

    @Test
    void itVotesAlsoWhenAllStartAgain() throws IOException {
        Map<String, String> written = write("before", 20);
        cluster.loseDisk("c");
        cluster.start("c");
        cluster.awaitVotes("c");
        cluster.loseDisk("c");
        cluster.start("c");
        cluster.awaitVotes("c");
        cluster.group.voters().forEach(node -> cluster.stop(node.value()));
        cluster.start("a");
        cluster.start("c");
        cluster.awaitLeader();
        cluster.put("with", "two");
        Await.until(
                "c has it",
                RatisCluster.PATIENCE,
                () -> cluster.state("c").value("with").equals("two"));
        assertThat(cluster.state("c").values()).containsAllEntriesOf(written);
    }

    @Test
    void whatItAloneHadWithTheLeaderIsNotVotedAway() throws IOException {
        Map<String, String> written = write("all", 5);
        cluster.journal(cluster.awaitLeader()).barrier();
        if (!cluster.awaitLeader().equals("a")) {
            cluster.awaitSame("a", cluster.awaitLeader());
            cluster.journal(cluster.awaitLeader()).transfer(new NodeName("a"));
            cluster.awaitLeader("a");
        }
        cluster.stop("b");
        written.putAll(write("a-and-c", 5));
        cluster.loseDisk("c");
        cluster.stop("a");
        cluster.start("b");
        cluster.start("c");
        assertThat(Await.never(LONG, () -> cluster.leader().isPresent())).isTrue();
        assertThat(cluster.journal("c").status().state()).isEqualTo(JournalStatus.JOINS);
        cluster.start("a");
        cluster.awaitLeader();
        cluster.awaitVotes("c");
        cluster.awaitSame("c", "a");
        assertThat(cluster.state("c").values()).containsAllEntriesOf(written);
    }

    @Test
    void aWitnessComesBackToAGroupThatHasItsWholeLog() throws IOException {
        cluster.close();
        start(folder.resolve("two"), 2);
        Map<String, String> written = write("before", 3);
        cluster.loseDisk("w");
        cluster.start("w");
        cluster.awaitVotes("w");
        cluster.stop("a");
        cluster.awaitLeader("b");
        assertThat(cluster.state("b").values()).containsAllEntriesOf(written);
    }

    @Test
    void aWitnessAndADataNodeBesideItComeBack() throws IOException {
        cluster.close();
        start(folder.resolve("two"), 2);
        Map<String, String> written = write("before", 60);
        cluster.loseDisk("w");
        written.putAll(write("without-w", 60));
        cluster.start("w");
        cluster.awaitVotes("w");
        cluster.loseDisk("b");
        written.putAll(write("a-and-w", 40));
        cluster.start("b");
        cluster.awaitVotes("b");
        cluster.awaitSame("b", "a");
        cluster.stop("a");
        cluster.awaitLeader("b");
        cluster.put("b", "leads");
        assertThat(cluster.state("b").values()).containsAllEntriesOf(written);
    }

    @Test
    void itsOldDiskIsNotLetVote() throws IOException {
        write("before", 5);
        Path old = cluster.loseDisk("c");
        cluster.start("c");
        cluster.awaitVotes("c");
        write("anew", 5);
        cluster.stop("c");
        Files.move(cluster.data("c"), folder.resolve("c-anew"));
        cluster.authority.incarnation(new NodeName("c"), 1);
        Files.move(old, cluster.data("c"));
        cluster.start("c");
        String leader = cluster.awaitLeader();
        cluster.stop(leader.equals("a") ? "b" : "a");
        Await.until(
                leader + " has no majority",
                RatisCluster.PATIENCE,
                () -> !cluster.journal(leader).leadership().leading());
        assertThat(Await.never(LONG, () -> cluster.leader().isPresent())).isTrue();
        assertThatThrownBy(() -> cluster.journal("c").submit(MapState.put("lost", "disk")))
                .isInstanceOf(TryLater.class);
    }
}

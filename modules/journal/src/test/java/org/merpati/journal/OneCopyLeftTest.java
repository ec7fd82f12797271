package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Refused;

/** A group of which two of three voters are lost for good goes on with what the third has (replication.md §7). */
@Tag("slow")
class OneCopyLeftTest {
    private static final int KIB = 1024;

    @TempDir
    Path folder;

    private RatisCluster cluster;

    @BeforeEach
    void start() {
        start("three", 3);
    }

    private void start(String in, int dataNodes) {
        cluster = new RatisCluster(
                folder.resolve(in), dataNodes, RatisCluster.quick().withLog(64 * KIB, 32 * KIB, 4));
        cluster.made = state -> state.renews = true;
        cluster.startAll();
        cluster.awaitLeader();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Map<String, String> write(String prefix, int count) {
        Map<String, String> written = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            cluster.put(prefix + i, "v" + i);
            written.put(prefix + i, "v" + i);
        }
        return written;
    }

    private void awaitWord(String node) {
        Await.until(
                node + " says that it is to be started again",
                RatisCluster.PATIENCE,
                () -> cluster.journal(node).status().state().contains("start node " + node + " again"));
    }

    @Test
    void itGoesOnWithOneAndTheOthersJoin() throws IOException {
        Map<String, String> written = write("before", 60);
        cluster.awaitSame("a", cluster.awaitLeader());
        long term = cluster.journal("a").leadership().epoch().term();
        List<String> first = new CopyOnWriteArrayList<>();
        cluster.lose("b", "c");
        awaitWord("a");
        cluster.stop("a");
        cluster.start("a").watch(now -> {
            if (now.leading()) {
                first.add(cluster.state("a").value("generation"));
            }
        });
        cluster.awaitLeader("a");
        assertThat(first)
                .as("before anybody is served the first command is carried out")
                .containsOnly("1");
        assertThat(cluster.journal("a").leadership().epoch().term())
                .as("later than all that the lost may have led in")
                .isGreaterThan(term + Integer.MAX_VALUE);
        assertThat(cluster.state("a").values()).containsAllEntriesOf(written);
        written.putAll(write("alone", 30));

        cluster.start("b");
        cluster.start("c");
        cluster.awaitVotes("b");
        cluster.awaitVotes("c");
        written.putAll(write("with-others", 30));
        cluster.stop("a");
        String next = cluster.awaitLeader();
        assertThat(cluster.state(next).values()).containsAllEntriesOf(written);
        cluster.put("end", "1");
        cluster.start("a");
        cluster.awaitSame("a", next);
        assertThat(cluster.state("a").value("generation")).isEqualTo("1");
    }

    @Test
    void itDoesSoOnce() throws IOException {
        Map<String, String> written = write("before", 10);
        cluster.awaitSame("a", cluster.awaitLeader());
        cluster.stop("a");
        cluster.lose("b", "c");
        cluster.start("a");
        cluster.awaitLeader("a");
        written.putAll(write("alone", 10));
        cluster.stop("a");
        cluster.start("a");
        cluster.awaitLeader("a");
        assertThat(cluster.state("a").values()).containsAllEntriesOf(written).containsEntry("generation", "1");
    }

    @Test
    void aWitnessAndADataNodeAreLost() throws IOException {
        cluster.close();
        start("two", 2);
        Map<String, String> written = write("before", 10);
        cluster.awaitSame("a", cluster.awaitLeader());
        cluster.lose("b", "w");
        cluster.stop("a");
        cluster.start("a");
        cluster.awaitLeader("a");
        assertThat(cluster.state("a").values()).containsAllEntriesOf(written);
        cluster.start("w");
        cluster.start("b");
        cluster.awaitVotes("b");
        cluster.awaitVotes("w");
        cluster.awaitSame("b", "a");
        cluster.stop("a");
        cluster.awaitLeader("b");
        assertThat(cluster.state("b").values()).containsAllEntriesOf(written);
    }

    @Test
    void whoStillHasItsDiskOfBeforeIsRefused() throws IOException {
        write("before", 10);
        cluster.awaitSame("a", cluster.awaitLeader());
        cluster.lose("b", "c");
        cluster.stop("a");
        cluster.start("a");
        cluster.awaitLeader("a");
        Files.move(folder.resolve("three/b-lost"), cluster.data("b"));
        assertThatThrownBy(() -> cluster.start("b"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("begin anew with an empty data folder");
    }
}

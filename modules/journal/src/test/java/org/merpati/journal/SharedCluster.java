package org.merpati.journal;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.TestInfo;

/** A cluster for the tests of a class that leave it as it was; those that halt it are followed by a new one. */
final class SharedCluster implements AutoCloseable {
    private final int dataNodes;
    private final JournalConfig config;
    private Optional<RatisCluster> running = Optional.empty();
    private int number;

    SharedCluster(int dataNodes, JournalConfig config) {
        this.dataNodes = dataNodes;
        this.config = config;
    }

    /** The cluster that runs, or a new one below the folder. */
    RatisCluster in(Path folder) {
        RatisCluster cluster = running.orElseGet(
                () -> new RatisCluster(folder.resolve("cluster-" + number++), dataNodes, config).startAll());
        running = Optional.of(cluster);
        return cluster;
    }

    /** To be called after each test. */
    void after(TestInfo test) {
        if (test.getTags().contains(JournalContract.HALTS)) {
            close();
        }
    }

    @Override
    public void close() {
        running.ifPresent(RatisCluster::close);
        running = Optional.empty();
    }
}

package org.merpati.journal;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The contract over one voter. */
class OneVoterContractTest implements JournalContract {
    private static final int KIB = 1024;
    private static final SharedCluster SHARED =
            new SharedCluster(1, RatisCluster.quick().withLog(64 * KIB, 64 * KIB, 4));

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
}

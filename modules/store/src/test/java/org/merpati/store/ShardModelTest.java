package org.merpati.store;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardModelTest {
    @TempDir
    Path temp;

    @Test
    void anyHistoryIsWhatTheModelSaysAndCopiesAreEqual() throws Exception {
        long first = Long.getLong("seed", System.nanoTime() & 0xffffff);
        for (long seed = first; seed < first + 5; seed++) {
            System.out.println("seed " + seed);
            new ShardModel(temp.resolve("seed-" + seed), seed).run(temp.resolve("copy-" + seed));
        }
    }
}

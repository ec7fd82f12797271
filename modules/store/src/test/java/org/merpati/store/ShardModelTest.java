package org.merpati.store;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardModelTest {
    @TempDir
    Path temp;

    private void run(int shards) throws Exception {
        long first = Long.getLong("seed", System.nanoTime() & 0xffffff);
        for (long seed = first; seed < first + 5; seed++) {
            System.out.println("seed " + seed + ", shards " + shards);
            Path folder = temp.resolve("seed-" + seed);
            new ShardModel(folder, seed, shards).run(folder);
        }
    }

    @Test
    void anyHistoryIsWhatTheModelSaysAndCopiesAreEqual() throws Exception {
        run(1);
    }

    @Test
    void anAccountThatMovesTakesAllItHasWithIt() throws Exception {
        run(2);
    }
}

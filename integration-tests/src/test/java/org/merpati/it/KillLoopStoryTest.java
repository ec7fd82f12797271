package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Checker;
import org.merpati.dev.KillLoop;
import org.merpati.dev.Ledger;

/** Twenty kills at random instants of the write path: the short form of {@code ./dev bench killloop}. */
@Tag("processes")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillLoopStoryTest {
    private static final int ROUNDS = 20 / KillLoop.ROUND;

    @RegisterExtension
    final Six six = new Six(Kit.Form.PROCESSES);

    @Test
    void nothingAcknowledgedIsLostByTwentyKills() throws IOException {
        long seed = System.nanoTime();
        try (Ledger ledger = new Ledger()) {
            KillLoop loop = new KillLoop(
                    six.cluster(),
                    ledger,
                    nodes -> {
                        six.cluster().kill(nodes);
                        return "";
                    },
                    seed,
                    System.out::println);
            for (int round = 0; round < ROUNDS; round++) {
                sound(loop.round(round, KillLoop.ROUND), seed);
            }
            sound(loop.all(ROUNDS), seed);
        }
    }

    private static void sound(Checker.Verdict verdict, long seed) {
        System.out.println("kill loop, seed " + seed + ": " + verdict);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
    }
}

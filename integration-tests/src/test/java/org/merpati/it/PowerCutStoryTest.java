package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Checker;
import org.merpati.dev.Ledger;
import org.merpati.dev.ProcessCluster;

/** The power of all six nodes is cut at one instant: what no disk had synced is gone, what was acknowledged is not. */
@Tag("processes")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PowerCutStoryTest {
    private static final Map<String, String> TIMING = Map.of("timing", "retry-first = \"2s\"");
    private static final Duration SETTLED = Duration.ofSeconds(90);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void nothingAcknowledgedIsLostUnlessDisksLie() throws IOException {
        long seed = System.nanoTime();
        try (ProcessCluster cluster = Kit.cuttable("six", folder, TIMING)) {
            Kit.up(cluster);
            nothingAcknowledgedIsLost(cluster, seed);
            withoutSyncsTheSameCutIsCaughtLosingMail(cluster, seed);
        }
    }

    private static void nothingAcknowledgedIsLost(ProcessCluster cluster, long seed) throws IOException {
        Map<String, String> accounts = Kit.accounts(cluster, "u", 4);
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, l -> {
            System.out.println(
                    "power cut, taken back: " + cluster.cutPower(cluster.plan().nodes()));
            cluster.startAll();
            cluster.awaitReady(Kit.READY);
        });
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
        System.out.println("checker after the power cut: " + verdict + ", seed " + seed);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
    }

    /** The negative control: once every sync is an empty promise, the same cut loses mail, and the checker says so. */
    private static void withoutSyncsTheSameCutIsCaughtLosingMail(ProcessCluster cluster, long seed) throws IOException {
        Map<String, String> accounts = Kit.accounts(cluster, "v", 4);
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, l -> cluster.promiseWithoutSync());
        System.out.println("power cut without syncs, taken back: "
                + cluster.cutPower(cluster.plan().nodes()));
        cluster.start(List.of("gsldap", "gszimbra1", "gszimbra2", "gszhap")); // what IMAP took is not with the MTAs
        List<Checker.Verdict> verdicts = new ArrayList<>();
        Kit.await("the checker can look", SETTLED, () -> {
            try {
                verdicts.add(Checker.check(ledger, cluster.plan().all("imap").getFirst(), accounts));
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
        System.out.println("checker after the power cut without syncs: " + verdicts.getLast());
        // What IMAP took is never deferred: it is there at once, or lost.
        assertThat(verdicts.getLast().wrong()).as("seed %d", seed).anyMatch(wrong -> wrong.startsWith("lost: imap-"));
    }
}

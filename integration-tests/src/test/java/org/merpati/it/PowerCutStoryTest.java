package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.ProcessCluster;
import org.merpati.kernel.TryLater;

/** The power of all six nodes is cut at one instant: what no disk had synced is gone, what was acknowledged is not. */
@Tag("processes")
class PowerCutStoryTest {
    private static final Map<String, String> TIMING = Map.of("timing", "retry-first = \"2s\"");
    private static final Duration AGAIN = Duration.ofSeconds(60);
    private static final Duration SETTLED = Duration.ofSeconds(90);
    private static final long LOOK_NANOS = 300_000_000;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void nothingAcknowledgedIsLostWhenThePowerOfAllNodesIsCut() throws IOException {
        long seed = System.nanoTime();
        try (ProcessCluster cluster = Kit.cluster(ProcessCluster.Disk.CUTTABLE, "six", folder, TIMING)) {
            Kit.up(cluster);
            Map<String, String> accounts = Kit.accounts(cluster, 4);
            Ledger ledger = Stories.underLoad(cluster, accounts, seed, l -> {
                System.out.println("power cut, taken back: "
                        + cluster.cutPower(cluster.plan().nodes()));
                cluster.startAll();
                cluster.awaitReady(Kit.READY);
            });
            Checker.Verdict verdict = right(cluster, ledger, accounts, seed);
            System.out.println("checker after the power cut: " + verdict + ", seed " + seed);
            assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
        }
    }

    /** Waits until everything acknowledged is there: deferred mail, and mailboxes whose owner is away, take a while. */
    private static Checker.Verdict right(
            ProcessCluster cluster, Ledger ledger, Map<String, String> accounts, long seed) {
        AtomicReference<Checker.Verdict> last = new AtomicReference<>();
        AtomicReference<String> said = new AtomicReference<>("nothing yet");
        Kit.await(() -> "seed " + seed + ", all is there; the checker says: " + said.get(), SETTLED, () -> {
            LockSupport.parkNanos(LOOK_NANOS);
            try {
                last.set(Checker.check(ledger, cluster.plan().all("imap").getFirst(), accounts));
                said.set(last.get().toString());
                return last.get().wrong().isEmpty();
            } catch (IOException notYet) {
                said.set(notYet.toString());
                return false;
            }
        });
        return last.get();
    }

    /** The negative control: where every sync is an empty promise, the same cut loses mail, and the checker says so. */
    @Test
    void withoutSyncsTheSameCutIsCaughtLosingMail() throws IOException {
        long seed = System.nanoTime();
        try (ProcessCluster cluster = Kit.cluster(ProcessCluster.Disk.UNSYNCED, "six", folder, TIMING)) {
            Kit.up(cluster);
            Map<String, String> accounts = Kit.accounts(cluster, 4);
            Ledger ledger = new Ledger();
            List<String> imap = cluster.plan().all("imap");
            try (Load load = new Load(ledger, cluster.plan().all("smtp"), imap, accounts, seed)) {
                Kit.await(
                        () -> "the load runs; " + load.lastFailure(),
                        AGAIN,
                        () -> ledger.count("smtp") >= 20 && ledger.count("imap") >= 40);
            }
            System.out.println("power cut without syncs, taken back: "
                    + cluster.cutPower(cluster.plan().nodes()));
            cluster.startAll();
            assertThat(losses(cluster, ledger, accounts)).as("seed %d", seed).isNotEmpty();
        }
    }

    /** What is wrong after the restart; a cluster that does not come back at all has lost everything. */
    private static List<String> losses(ProcessCluster cluster, Ledger ledger, Map<String, String> accounts)
            throws IOException {
        try {
            cluster.awaitReady(AGAIN);
        } catch (TryLater never) {
            return List.of("the cluster did not come back: " + never.sentence());
        }
        return Checker.check(ledger, cluster.plan().all("imap").getFirst(), accounts)
                .wrong();
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.dev.Checker;
import org.merpati.dev.Cluster;
import org.merpati.dev.Ledger;
import org.merpati.dev.Load;

/**
 * The story of each node of the paper's six: steady load by SMTP and IMAP, the node dies, the rest goes on, and what
 * was acknowledged is compared with what is there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KillStories {
    private static final int ACCOUNTS = 6;
    /** The load in a second: at least this many mails, and this many IMAP commands. */
    private static final int MAILS = 5;

    private static final int COMMANDS = 10;

    @RegisterExtension
    final Six six = new Six(form());

    private Map<String, String> accounts = Map.of();

    abstract Kit.Form form();

    @BeforeAll
    void people() {
        accounts = Kit.accounts(six.cluster(), form().name().toLowerCase(Locale.ROOT), ACCOUNTS);
    }

    private Cluster cluster() {
        return six.cluster();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gszimbra1", "gszimbra2", "gsmta1", "gsmta2", "gsldap", "gszhap"})
    void aNodeDiesUnderLoadAndNothingAcknowledgedIsLost(String victim) throws IOException {
        long seed = System.nanoTime();
        Cluster cluster = cluster();
        Ledger ledger = new Ledger();
        List<String> smtp = cluster.plan().all("smtp");
        List<String> imap = cluster.plan().all("imap");
        boolean proxy = victim.equals("gszhap");
        long killed;
        try (Load load = new Load(ledger, smtp, imap, accounts, seed, Load.STEADY)) {
            load.awaitPace(Duration.ofSeconds(60), MAILS, COMMANDS);
            killed = System.nanoTime();
            cluster.kill(victim);
            int sent = ledger.count("smtp");
            Kit.await(
                    () -> "SMTP goes on; " + load.lastFailure(),
                    Duration.ofSeconds(30),
                    () -> ledger.count("smtp") >= sent + 15);
            if (proxy) {
                cluster.start(victim);
            }
            load.awaitServed(Duration.ofSeconds(60), 6, 3);
            report(victim, ledger, killed, seed);
            if (!proxy) {
                accounts.forEach((account, password) -> assertThat(Stories.messages(imap.getFirst(), account, password))
                        .as("a login of %s without %s", account, victim)
                        .isNotNegative());
                cluster.start(victim);
            }
            cluster.awaitReady(Kit.READY);
            load.awaitPace(Duration.ofSeconds(60), MAILS, COMMANDS);
            assertThat(load.surprises()).as("seed %d", seed).isEmpty();
        }
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
        System.out.println("checker after the death of " + victim + ": " + verdict);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
    }

    private void report(String victim, Ledger ledger, long killed, long seed) {
        long worst = accounts.keySet().stream()
                .mapToLong(a -> ledger.longestGapMillis("imap " + a, killed))
                .max()
                .orElse(0);
        System.out.printf(
                "%s: kill of %s, seed %d: longest time without an acknowledgement: SMTP %d ms, IMAP any %d ms, IMAP of"
                        + " one account %d ms%n",
                form(),
                victim,
                seed,
                ledger.longestGapMillis("smtp", killed),
                ledger.longestGapMillis("imap", killed),
                worst);
    }
}

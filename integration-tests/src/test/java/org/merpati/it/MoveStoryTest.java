package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Checker;
import org.merpati.dev.Cluster;
import org.merpati.dev.Ledger;
import org.merpati.dev.MailProbe;
import tools.jackson.databind.JsonNode;

/** {@code merpati mailbox move} and {@code merpati rebalance}, while people read and write. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MoveStoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private Map<String, String> accounts = Map.of();

    /** People whose mailboxes take most of a second each to be copied: so a death meets some halfway. */
    @BeforeAll
    void people() throws IOException {
        accounts = Kit.accounts(six.cluster(), "move", 4);
        byte[] large = ("Subject: large\r\n\r\n" + "x".repeat(76).concat("\r\n").repeat(13_000))
                .getBytes(StandardCharsets.US_ASCII);
        for (String account : accounts.keySet()) {
            try (MailProbe.Imap client = login(account)) {
                for (int i = 0; i < 6; i++) {
                    large[9] = (byte) ('a' + i);
                    assertThat(client.literal("APPEND Archive", large).getLast())
                            .startsWith("OK");
                }
            }
        }
    }

    /** Types a command on an MTA's node, and hands back what it says. */
    private String typed(int code, String... words) {
        Stories.Said said = Stories.typed(six.cluster(), "gsmta1", words);
        assertThat(said.code()).as(said.toString()).isEqualTo(code);
        return said.out() + said.err();
    }

    private String shard(String account) {
        return six.cluster().shard(account);
    }

    private static String other(String shard) {
        return shard.equals("shard-1") ? "shard-2" : "shard-1";
    }

    private JsonNode moves() {
        return six.cluster().askAny("mailbox moves", Map.of());
    }

    private void awaitNoMoves() {
        Kit.await(() -> "nothing moves any more: " + moves(), PATIENCE, () -> moves().isEmpty());
    }

    private MailProbe.Imap login(String account) throws IOException {
        MailProbe.Imap client =
                new MailProbe.Imap(six.cluster().plan().all("imap").getFirst());
        client.ok("LOGIN " + account + " " + accounts.get(account));
        return client;
    }

    @Test
    void mailboxesMoveUnderLoadAndNothingIsLostOrRenumbered() throws IOException {
        long seed = System.nanoTime();
        Map<String, String> before = new TreeMap<>();
        Ledger ledger = Stories.underLoad(six.cluster(), accounts, seed, so -> {
            for (String account : accounts.keySet()) {
                before.put(account, shard(account));
                typed(0, "mailbox", "move", account, other(shard(account)), "--wait", "60");
                assertThat(shard(account)).isEqualTo(other(before.get(account)));
                int served = so.count("imap " + account);
                Kit.await("it is served there", PATIENCE, () -> so.count("imap " + account) >= served + 4);
            }
        });
        Checker.Verdict verdict =
                Checker.settle(ledger, six.cluster().plan().all("imap").getFirst(), accounts);
        System.out.println("checker after moves: " + verdict + ", seed " + seed);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
        Stories.awaitOneHistory(six.cluster());
    }

    /** Both owners die while accounts are under way; the moves go on wherever their shard is led. */
    @Test
    void aMoveGoesOnWhenEitherOwnerDies() throws IOException {
        long seed = System.nanoTime();
        Random chance = new Random(seed);
        Cluster cluster = six.cluster();
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, so -> {
            for (String victim : List.of("gszimbra1", "gszimbra2")) {
                for (String account : accounts.keySet()) {
                    typed(0, "mailbox", "move", account, other(shard(account)));
                }
                long until = System.nanoTime() + chance.nextInt(2_000) * 1_000_000L;
                Kit.await("some has been moved", PATIENCE, () -> System.nanoTime() > until);
                cluster.kill(victim);
                awaitNoMoves();
                cluster.start(victim);
                cluster.awaitReady(Kit.READY);
            }
        });
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
        System.out.println("checker after moves and deaths: " + verdict + ", seed " + seed);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        Stories.awaitOneHistory(cluster);
    }

    @Test
    void whoIsConnectedIsSentAwayOnceAndFindsAllAsItWas() throws IOException {
        String account = accounts.keySet().iterator().next();
        String shown;
        try (MailProbe.Imap client = login(account)) {
            client.literal("APPEND INBOX", "Subject: stays\r\n\r\nas it is\r\n".getBytes(StandardCharsets.US_ASCII));
            shown = shown(client);
            client.ok("SELECT INBOX");
            client.idle();
            typed(0, "mailbox", "move", account, other(shard(account)), "--wait", "60");
            client.await(": connect again");
        }
        try (MailProbe.Imap client = login(account)) {
            assertThat(shown(client)).isEqualTo(shown);
        }
    }

    /** All that must stay: which messages are recent is known to the node that serves them alone. */
    private static String shown(MailProbe.Imap client) throws IOException {
        StringBuilder shown = new StringBuilder();
        shown.append(client.ok("STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ MAILBOXID)"));
        client.ok("EXAMINE INBOX");
        shown.append(client.ok("FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ EMAILID THREADID ENVELOPE)"));
        return shown.toString().replaceAll(" ?\\\\Recent", "");
    }

    @Test
    void whatCannotBeMovedIsSaid() {
        String account = accounts.keySet().iterator().next();
        assertThat(typed(1, "mailbox", "move", account, "shard-9"))
                .contains("there is no shard 'shard-9': there are shard-1, shard-2");
        assertThat(typed(1, "mailbox", "move", account, shard(account))).contains("are in " + shard(account));
        assertThat(typed(1, "mailbox", "move", account)).contains("either an address and a shard, or --evacuate");
        assertThat(typed(1, "mailbox", "move", "--evacuate", "gszimbra1"))
                .contains("every shard has data on node gszimbra1")
                .contains("merpati node drain gszimbra1");
    }

    @Test
    void shardsAreMadeEven() throws IOException {
        for (String account : accounts.keySet()) {
            if (!shard(account).equals("shard-1")) {
                typed(0, "mailbox", "move", account, "shard-1", "--wait", "60");
            }
        }
        List<String> planned = typed(0, "rebalance", "--dry-run").lines().toList();
        assertThat(planned).isNotEmpty().allMatch(line -> line.endsWith(": shard-1 -> shard-2"));
        assertThat(moves()).isEmpty();
        assertThat(typed(0, "rebalance").lines().toList()).isEqualTo(planned);
        awaitNoMoves();
        assertThat(typed(0, "rebalance")).contains("nothing has to move");
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Checker;
import org.merpati.dev.Ledger;
import org.merpati.dev.MailProbe;
import org.merpati.dev.ProcessCluster;
import org.merpati.runtime.NodeStatus;
import org.merpati.smtp.Reply;

/** Stories that only processes can show: frozen nodes, and the death of all at one instant. */
@Tag("processes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProcessStoriesTest {
    @RegisterExtension
    final Six six = new Six(Kit.Form.PROCESSES);

    private Map<String, String> accounts = Map.of();

    @BeforeAll
    void people() {
        accounts = Kit.accounts(six.cluster(), "process", 4);
    }

    private ProcessCluster cluster() {
        return (ProcessCluster) six.cluster();
    }

    /** What a node says of itself, whoever else answers. */
    private boolean itLeads(String node, String group) {
        byte[] self = cluster().ask(node, "self", Map.of()).toString().getBytes(StandardCharsets.UTF_8);
        return NodeStatus.of(self).led().contains(group);
    }

    /** Mail deferred on gsmta1 is delivered by gsmta2 after the death of gsmta1, once. */
    @Test
    void deferredMailOfADeadMtaIsDeliveredByTheOther() throws IOException {
        ProcessCluster cluster = cluster();
        Kit.await("gsmta1 leads its spool", Duration.ofSeconds(90), () -> itLeads("gsmta1", "spool-gsmta1"));
        String to = accounts.keySet().iterator().next();
        String id = "deferred-" + System.nanoTime() + "@example.net";
        String mail;
        cluster.pause("gszimbra1");
        cluster.pause("gszimbra2");
        try {
            String server = cluster.plan().listeners("gsmta1").getOrDefault("smtp", "");
            Reply reply = MailProbe.send(
                    server, "outside@example.net", List.of(to), MailProbe.message("outside@example.net", to, "s", id));
            assertThat(reply.positive()).as("%s", reply).isTrue();
            mail = reply.text().replaceAll(".* as ", "");
            cluster.kill("gsmta1");
            // Two of the directory's three voters are among the paused: the take-over needs no write to it.
            Kit.await(
                    "gsmta2 leads the spool of gsmta1",
                    Duration.ofSeconds(30),
                    () -> itLeads("gsmta2", "spool-gsmta1"));
        } finally {
            cluster.resume("gszimbra1");
            cluster.resume("gszimbra2");
        }
        long resumed = System.nanoTime();
        Stories.awaitMessage(cluster, to, "secret", id, Duration.ofSeconds(30));
        System.out.printf(
                "deferred mail arrived %d ms after the mailboxes' return%n", (System.nanoTime() - resumed) / 1_000_000);
        List<String> stops = List.of("accepted", "delivered <" + to + ">", "stored <" + to + "> in shard-");
        Kit.await(
                () -> "the spool knows of the delivery: " + Stories.trace(cluster, mail),
                Duration.ofSeconds(10),
                () -> stops.stream().allMatch(Stories.trace(cluster, mail)::contains));
        cluster.start("gsmta1");
        cluster.awaitReady(Kit.READY);
        assertThat(Stories.count(cluster.plan().all("imap").getFirst(), to, "secret", "INBOX", id))
                .isOne();
    }

    /** All six killed at the same instant, started again: everything acknowledged is there. */
    @Test
    void allNodesDieAtOneInstantAndNothingAcknowledgedIsLost() throws IOException {
        ProcessCluster cluster = cluster();
        long seed = System.nanoTime();
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, l -> {
            cluster.kill(cluster.plan().nodes());
            cluster.startAll();
            cluster.awaitReady(Kit.READY);
        });
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
        System.out.println("checker after the death of all: " + verdict + ", seed " + seed);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
    }
}

package org.merpati.it.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.merpati.dev.Checker;
import org.merpati.dev.Cluster;
import org.merpati.dev.Ledger;
import org.merpati.it.Kit;
import org.merpati.it.Stories;
import org.merpati.kernel.Failure;
import org.merpati.runtime.NodeStatus;
import org.merpati.wire.InternalErrors;

/** A cluster of three with people in it, which nodes are added to and taken out of. */
final class NodesFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> LINES =
            Map.of("timing", "retry-first = \"2s\"\nsettle = \"2s\"", "limits", "checkpoint = 65536");

    private final Cluster cluster;
    private final Map<String, String> accounts;

    NodesFixture(Kit.Form form, Path folder) throws IOException {
        cluster = Kit.cluster(form, "three", folder, LINES);
        Kit.up(cluster);
        accounts = Kit.accounts(cluster, "node", 6);
    }

    Cluster cluster() {
        return cluster;
    }

    /** Types a command on the third of the first nodes. */
    Stories.Said typed(String... words) {
        return Stories.typed(cluster, "node3", words);
    }

    void awaitLed(String group, String node) {
        Kit.await(
                () -> node + " leads " + group + ": " + cluster.status(),
                PATIENCE,
                () -> cluster.led(node).contains(group));
    }

    /** Takes the disk of a node that is down away, once the others have noticed that it is gone; says where it went. */
    Path loseDisk(String node, String holder) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return cluster.loseDisk(node, holder);
            } catch (Failure notYet) {
                if (System.nanoTime() > end) {
                    throw notYet;
                }
                LockSupport.parkNanos(100_000_000);
            }
        }
    }

    private boolean votes(String node) {
        return cluster.status().stream()
                .filter(row -> row.name().equals(node))
                .anyMatch(row -> !row.state().equals(NodeStatus.DOWN)
                        && !row.groups().isEmpty()
                        && row.groups().stream().noneMatch(group -> group.role().equals("joins")));
    }

    /** Waits until all copies of a shard are found equal and sound; its leadership may be on its way just now. */
    void awaitSound(String shard) {
        Kit.await(shard + " is sound", PATIENCE, () -> {
            try {
                String report =
                        cluster.ask("node1", "verify", Map.of("shard", shard)).toString();
                return report.contains("\"wrong\":[]");
            } catch (Failure notNow) {
                return false;
            }
        });
    }

    /** Waits until a node votes in all of its groups. */
    void awaitVotes(String node) {
        Kit.await(() -> node + " votes: " + cluster.status(), PATIENCE, () -> votes(node));
    }

    List<String> in(String shard) {
        return accounts.keySet().stream()
                .filter(account -> cluster.shard(account).equals(shard))
                .toList();
    }

    /** Waits until the people of a shard, and all who send, are served again. */
    void awaitServed(Ledger so, List<String> people) {
        int mails = so.count("smtp");
        Kit.await("mail goes on", PATIENCE, () -> so.count("smtp") >= mails + 8);
        for (String person : people) {
            int before = so.count("imap " + person);
            Kit.await(person + " is served", PATIENCE, () -> so.count("imap " + person) >= before + 8);
        }
    }

    /** Runs load with something in the midst of it, and checks that nothing was lost or doubled. */
    void underLoad(String what, Stories.Trouble trouble) throws IOException {
        long seed = System.nanoTime();
        Ledger ledger = Stories.underLoad(cluster, accounts, seed, trouble);
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
        System.out.println("checker after " + what + ": " + verdict + ", seed " + seed);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
        assertThat(verdict.duplicates()).as("seed %d", seed).isZero();
    }

    /** Adds a mailbox node that leads a shard, and has accounts move there. */
    void grow(String node, String shard) throws IOException {
        cluster.add(node, "node1", List.of("mailbox"));
        cluster.start(node);
        awaitLed(shard, node);
        assertThat(typed("rebalance").out()).contains("-> " + shard);
        Kit.await(
                "all have moved",
                PATIENCE,
                () -> cluster.askAny("mailbox moves", Map.of()).isEmpty());
        assertThat(in(shard)).isNotEmpty();
    }

    @Override
    public void close() {
        cluster.close();
        assertThat(InternalErrors.count()).as("internal errors").isZero();
    }
}

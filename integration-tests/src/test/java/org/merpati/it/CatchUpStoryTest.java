package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.runtime.NodeStatus;

/**
 * A node that was away catches up: by the log after a few changes, by a checkpoint after 10,000, while others serve.
 */
@Tag("trial")
class CatchUpStoryTest {
    private static final int MANY = 10_000;
    private static final int FEW = 50;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aNodeThatWasAwayCatchesUpWhileTheClusterServes() throws IOException {
        Map<String, String> extra = Map.of("limits", "checkpoint = 1048576");
        try (Cluster cluster = Kit.cluster(Kit.Form.PROCESSES, "six", folder, extra)) {
            Kit.up(cluster);
            Map<String, String> accounts = Kit.accounts(cluster, 2);
            String account = accounts.keySet().iterator().next();
            away(cluster, account, FEW);
            away(cluster, account, MANY);
        }
    }

    private static void away(Cluster cluster, String account, int changes) throws IOException {
        cluster.kill("gszimbra2");
        Kit.await(
                "gszimbra1 leads both shards",
                Duration.ofSeconds(30),
                () -> Stories.messages(cluster.plan().all("imap").getFirst(), account, "secret") >= 0);
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
            client.ok("LOGIN " + account + " secret");
            client.literal("APPEND INBOX", MailProbe.message(account, account, "s", changes + "@example.net"));
            client.ok("SELECT INBOX");
            for (int i = 0; i < changes; i++) {
                client.ok("STORE 1 " + (i % 2 == 0 ? "+" : "-") + "FLAGS.SILENT (\\Flagged)");
            }
            long started = System.nanoTime();
            cluster.start("gszimbra2");
            cluster.awaitReady(Kit.READY);
            int[] served = new int[1];
            Kit.await("gszimbra2 lacks nothing", Duration.ofSeconds(120), () -> {
                try {
                    client.ok("NOOP");
                    served[0]++;
                } catch (IOException moved) {
                    // Its shard went back to the node that returned.
                }
                return caughtUp(cluster);
            });
            System.out.printf(
                    "%d changes away: caught up %d ms after the start of its process, %d commands served meanwhile%n",
                    changes, (System.nanoTime() - started) / 1_000_000, served[0]);
            assertThat(served[0]).isPositive();
        }
    }

    /** Whether both mailbox nodes have applied the same in every shard. */
    private static boolean caughtUp(Cluster cluster) {
        Map<String, Long> applied = new java.util.HashMap<>();
        for (NodeStatus node : cluster.status()) {
            if (node.name().startsWith("gszimbra")) {
                for (NodeStatus.Group group : node.groups()) {
                    if (group.name().startsWith("shard-")) {
                        long other = applied.getOrDefault(group.name(), group.applied());
                        applied.put(group.name(), group.applied());
                        if (Math.abs(other - group.applied()) > 2 || (group.applied() == 0 && other != 0)) {
                            return false;
                        }
                    }
                }
            }
        }
        return !applied.isEmpty();
    }
}

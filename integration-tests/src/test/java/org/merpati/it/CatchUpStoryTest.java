package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.runtime.NodeStatus;

/**
 * A node that was away catches up while the others serve: by the log after a few changes, by a checkpoint after 10,000.
 */
@Tag("processes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatchUpStoryTest {
    private static final int MANY = 10_000;
    private static final int FEW = 50;
    private static final int SESSIONS = 8;
    private static final String AWAY = "gszimbra2";

    @RegisterExtension
    final Six six = new Six(Kit.Form.PROCESSES);

    private List<String> accounts = List.of();

    @BeforeAll
    void people() {
        accounts =
                List.copyOf(Kit.accounts(six.cluster(), "traveller", SESSIONS).keySet());
    }

    @Test
    void byTheLogWhenItIsShort() throws Exception {
        assertThat(away(FEW, () -> {})).as("checkpoints fetched").isZero();
    }

    @Test
    void byACheckpointWhenItIsLong() throws Exception {
        assertThat(away(MANY, () -> {})).as("checkpoints fetched").isPositive();
    }

    /** The witness has then dropped what the node lacks; it is this once told to. */
    @Test
    void byACheckpointWhenTheOthersWentOnAsOneCopy() throws Exception {
        assertThat(away(MANY, () -> {
                    assertThat(single("shard-2").out())
                            .startsWith("shard-2: gszimbra2 is away")
                            .contains("on the disk of node gszimbra1 alone", "say it again with --accept-risk");
                    for (String group : List.of("shard-1", "shard-2")) {
                        assertThat(single(group, "--accept-risk").out())
                                .isEqualTo(group + " goes on with what node gszimbra1 has: its witness drops what"
                                        + " gszimbra2 lacks, and gets from gszimbra1 when it is started again");
                    }
                }))
                .as("checkpoints fetched")
                .isPositive();
        Stories.Said needless = single("shard-1", "--accept-risk");
        assertThat(needless.code()).isNotZero();
        assertThat(needless.err()).contains("no copy of group shard-1 is away");
    }

    private Stories.Said single(String... words) {
        List<String> line = new ArrayList<>(List.of("shard", "single"));
        line.addAll(List.of(words));
        return Stories.typed(six.cluster(), "gszimbra1", line.toArray(String[]::new));
    }

    /** Makes changes while a node is away, then does something more; how many checkpoints it fetched to catch up. */
    private long away(int changes, Runnable more) throws Exception {
        Cluster cluster = six.cluster();
        long before = fetched();
        cluster.kill(AWAY);
        String door = cluster.plan().all("imap").getFirst();
        for (String account : accounts) {
            Kit.await(
                    "the other node serves " + account,
                    Duration.ofSeconds(30),
                    () -> Stories.messages(door, account, "secret") >= 0);
        }
        long began = System.nanoTime();
        try (ExecutorService sessions = Executors.newFixedThreadPool(SESSIONS)) {
            List<Future<?>> all = new ArrayList<>();
            for (String account : accounts) {
                all.add(sessions.submit(() -> change(door, account, Math.ceilDiv(changes, SESSIONS))));
            }
            for (Future<?> one : all) {
                done(one);
            }
        }
        more.run();
        long changed = System.nanoTime();
        cluster.start(AWAY);
        AtomicInteger served = new AtomicInteger();
        Kit.await(() -> AWAY + " lacks nothing: " + applied(), Duration.ofSeconds(120), () -> {
            served.addAndGet(writes(door, accounts.getFirst()) ? 1 : 0);
            return caughtUp();
        });
        System.out.printf(
                "%d changes away (made in %d ms): caught up %d ms after the start of its process, %d logins and writes"
                        + " served meanwhile%n",
                changes, (changed - began) / 1_000_000, (System.nanoTime() - changed) / 1_000_000, served.get());
        assertThat(served.get()).isPositive();
        long checkpoints = fetched() - before;
        Stories.awaitOneHistory(cluster);
        return checkpoints;
    }

    /** Whether a login and a change are served now. */
    private static boolean writes(String door, String account) {
        try (MailProbe.Imap client = new MailProbe.Imap(door)) {
            client.ok("LOGIN " + account + " secret");
            client.ok("SELECT INBOX");
            client.ok("STORE 1 FLAGS.SILENT (\\Seen)");
            return true;
        } catch (IOException notNow) {
            return false;
        }
    }

    private static void done(Future<?> one) throws InterruptedException {
        try {
            one.get();
        } catch (ExecutionException failed) {
            throw new AssertionError("a change failed", failed.getCause());
        }
    }

    private static int change(String door, String account, int changes) throws IOException {
        try (MailProbe.Imap client = new MailProbe.Imap(door)) {
            client.ok("LOGIN " + account + " secret");
            client.literal("APPEND INBOX", MailProbe.message(account, account, "s", changes + "@example.net"));
            client.ok("SELECT INBOX");
            for (int i = 0; i < changes; i++) {
                client.ok("STORE 1 " + (i % 2 == 0 ? "+" : "-") + "FLAGS.SILENT (\\Flagged)");
            }
            return changes;
        }
    }

    /** How many checkpoints the node says to have fetched. */
    private long fetched() throws IOException {
        try (var lines = Files.lines(six.cluster().plan().log(AWAY))) {
            return lines.filter(l -> l.contains("fetches the checkpoint")).count();
        }
    }

    /** What each mailbox node has applied of each shard. */
    private Map<String, Map<String, Long>> applied() {
        Map<String, Map<String, Long>> applied = new TreeMap<>();
        for (NodeStatus node : six.cluster().status()) {
            if (node.roles().contains("mailbox")) {
                node.groups().stream()
                        .filter(g -> g.name().startsWith("shard-"))
                        .forEach(g -> applied.computeIfAbsent(g.name(), n -> new TreeMap<>())
                                .put(node.name(), g.applied()));
            }
        }
        return applied;
    }

    /** Whether both mailbox nodes have applied the same of every shard, but for what is on its way. */
    private boolean caughtUp() {
        return applied().values().stream().allMatch(shard -> {
            long most = shard.values().stream().mapToLong(a -> a).max().orElse(0);
            long least = shard.values().stream().mapToLong(a -> a).min().orElse(0);
            return shard.size() == 2 && least > 0 && most - least <= 2;
        });
    }
}

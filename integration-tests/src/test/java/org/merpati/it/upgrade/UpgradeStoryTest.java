package org.merpati.it.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.EmbeddedCluster;
import org.merpati.dev.MailProbe;
import org.merpati.it.Kit;
import org.merpati.journal.level.Release;
import org.merpati.runtime.NodeStatus;

/** Three nodes are upgraded one by one, and what the older release does not know waits for the last of them. */
@Tag("slow")
class UpgradeStoryTest {
    private static final Release OLD = new Release("0.1.0", 1);
    private static final Release NEW = new Release("0.1.1", 2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder = Path.of("");

    private static void upgrade(EmbeddedCluster cluster, String node) throws IOException {
        cluster.stop(node);
        cluster.runs(node, NEW);
        cluster.start(node);
        cluster.awaitReady(Kit.READY);
    }

    private static void append(Cluster cluster, String account, String subject) throws IOException {
        try (MailProbe.Imap client =
                new MailProbe.Imap(cluster.plan().all("imap").getFirst())) {
            client.ok("LOGIN " + account + " secret");
            String text = "Subject: " + subject + "\r\n\r\nText\r\n";
            client.literal("APPEND INBOX", text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static String moves(Cluster cluster) {
        return cluster.askAny("mailbox moves", Map.of()).toString();
    }

    @Test
    void aMoveWaitsForTheLastNodeAndAnOldOneMayNotComeBack() throws IOException {
        try (EmbeddedCluster cluster = (EmbeddedCluster) Kit.cluster(Kit.Form.EMBEDDED, "three", folder, Map.of())) {
            List<String> nodes = cluster.plan().nodes();
            String last = nodes.getLast();
            nodes.forEach(node -> cluster.runs(node, OLD));
            Kit.up(cluster);
            String account = Kit.accounts(cluster, "u", 1).keySet().iterator().next();
            append(cluster, account, "before");
            upgrade(cluster, nodes.get(0));
            upgrade(cluster, nodes.get(1));
            append(cluster, account, "in between");
            String from = cluster.shard(account);
            String to = "shard-1".equals(from) ? "shard-2" : "shard-1";
            cluster.askAny("mailbox move", Map.of("address", account, "shard", to));
            Kit.await(
                    () -> "the move says for whom it waits, not " + moves(cluster),
                    PATIENCE,
                    () -> moves(cluster).contains("node " + last + " runs merpati 0.1.0"));
            assertThat(cluster.shard(account)).isEqualTo(from);
            append(cluster, account, "while it waits");

            upgrade(cluster, last);
            Kit.await(
                    () -> "the account has moved: " + moves(cluster),
                    PATIENCE,
                    () -> to.equals(cluster.shard(account)) && "[]".equals(moves(cluster)));
            append(cluster, account, "after");

            cluster.stop(last);
            cluster.runs(last, OLD);
            cluster.start(last);
            Kit.await(
                    "the old one says what it needs",
                    PATIENCE,
                    () -> cluster.status().stream()
                            .filter(node -> node.name().equals(last))
                            .flatMap(node -> node.groups().stream())
                            .map(NodeStatus.Group::role)
                            .anyMatch(role -> role.contains("install merpati 0.1.1 or newer on this node")));
            append(cluster, account, "without it");
        }
    }
}

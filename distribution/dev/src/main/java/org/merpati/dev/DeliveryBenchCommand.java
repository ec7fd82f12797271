package org.merpati.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.merpati.cluster.FileIdentity;
import org.merpati.kernel.Address;
import org.merpati.kernel.NodeName;
import org.merpati.runtime.Configuration;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpClient;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench delivery}. */
@Command(
        name = "delivery",
        mixinStandardHelpOptions = true,
        description =
                "How many messages of usual sizes our LMTP on one node (over mutual TLS, as between nodes) and Debian's"
                        + " Dovecot's take a second, in turns, and what one costs.")
final class DeliveryBenchCommand implements Callable<Integer> {
    private static final String PASSWORD = "benchpass";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int PEOPLE = 10;
    /** Sizes in octets, by how often: 25 KB in the mean. */
    private static final int[][] SIZES = {{2_048, 55}, {10_240, 30}, {76_800, 14}, {1_048_576, 1}};

    @Option(names = "--rounds", defaultValue = "5", description = "of how many the median is told (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "8", description = "of one measurement (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--connections", defaultValue = "10", description = "at once (${DEFAULT-VALUE})")
    private int connections;

    @Option(
            names = "--format",
            defaultValue = "maildir",
            description = "Dovecot's: maildir or mdbox (${DEFAULT-VALUE})")
    private String format = "maildir";

    @Option(names = "--base-port", defaultValue = "23000", description = "our first port (${DEFAULT-VALUE})")
    private int base;

    /** A server that takes mail, whose addresses have a number in them. */
    private record Subject(String lmtp, Optional<Tls> tls, String address, ProcessTree tree) {}

    private final Network network = new Network("bench", 1);
    private final List<byte[]> letters = letters();

    /** A hundred messages, in an order that mixes the sizes. */
    private static List<byte[]> letters() {
        List<byte[]> letters = new ArrayList<>();
        Random chance = new Random(7);
        for (int[] size : SIZES) {
            for (int i = 0; i < size[1]; i++) {
                letters.add(letter(size[0], chance));
            }
        }
        java.util.Collections.shuffle(letters, chance);
        return letters;
    }

    private static byte[] letter(int size, Random chance) {
        StringBuilder text =
                new StringBuilder("From: Ann <ann@remote.test>\r\nTo: you <you@bench.test>\r\nSubject: report "
                        + chance.nextInt() + "\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
                        + "Content-Type: text/plain\r\n\r\n");
        while (text.length() < size) {
            text.append(Long.toString(chance.nextLong() >>> 1, 36)).append(text.length() % 7 == 0 ? "\r\n" : " ");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public Integer call() throws IOException {
        if (!Dovecot.here() || !Files.isExecutable(Path.of("/usr/lib/dovecot/lmtp"))) {
            System.err.println("./dev bench delivery compares with Debian's Dovecot: as root, apt-get install"
                    + " dovecot-imapd dovecot-lmtpd");
            return 2;
        }
        Path folder = Dev.ROOT.resolve(".data/bench-delivery");
        Up.delete(folder);
        Files.createDirectories(folder);
        System.setProperty("logback.configurationFile", "logback-dev.xml");
        System.setProperty("merpati.log", folder.resolve("dev.log").toString());
        Plan plan = new Plan("one", Dev.ROOT.resolve("conf"), folder.resolve("ours"), base, List.of(), Map.of());
        try (Dovecot dovecot = Dovecot.startDelivering(folder.resolve("dovecot"), format, PASSWORD);
                Cluster cluster = new ProcessCluster(plan, Bench.JARS)) {
            Bench.begin(cluster);
            cluster.accounts("u", PEOPLE, PASSWORD, LIMIT);
            String node = plan.nodes().getFirst();
            FileIdentity identity =
                    FileIdentity.open(new NodeName(node), plan.data(node).resolve("identity"));
            Subject theirs =
                    new Subject(dovecot.lmtp(), Optional.empty(), "u%d@bench.test", new ProcessTree(dovecot.pid()));
            Subject ours = new Subject(
                    plan.all("lmtp").getFirst(),
                    Optional.of(Tls.mutual(identity.mutualTls())),
                    "u%d@" + plan.domain(),
                    new ProcessTree(cluster.pid(node)));
            measure(ours, theirs);
        }
        return 0;
    }

    private void measure(Subject ours, Subject theirs) throws IOException {
        run(theirs, 2);
        run(ours, 4 * seconds);
        List<Double> ratios = new ArrayList<>();
        System.out.printf(
                "%10s %10s %8s %12s %12s %10s %10s %10s%n",
                "ours/s", "Dovecot/s", "ratio", "CPU ours us", "Dovecot us", "journal", "index", "rest");
        for (int round = 0; round < rounds; round++) {
            ProcessTree.Cost their = run(theirs, seconds);
            ProcessTree.Cost our = run(ours, seconds);
            ratios.add(their.millis() / our.millis());
            System.out.printf(
                    Locale.ROOT,
                    "%10.0f %10.0f %8.2f %12.0f %12.0f %10.0f %10.0f %10.0f%n",
                    1000 / our.millis(),
                    1000 / their.millis(),
                    ratios.getLast(),
                    our.cpuMicros(),
                    their.cpuMicros(),
                    our.journalMicros(),
                    our.indexMicros(),
                    our.restMicros());
        }
        ratios.sort(Double::compare);
        System.out.printf(Locale.ROOT, "median of %d: %.2f times as many%n", rounds, ratios.get(rounds / 2));
    }

    /** Delivers for a while over so many connections. */
    private ProcessTree.Cost run(Subject subject, int howLong) throws IOException {
        ProcessTree.Spent before = subject.tree().spent();
        long end = System.nanoTime() + howLong * 1_000_000_000L;
        long messages = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Future<Long>> clients = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int number = i;
                clients.add(threads.submit(() -> deliver(subject, number, end)));
            }
            for (Future<Long> client : clients) {
                messages += client.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException("a delivery failed: " + failed.getCause(), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stop);
        }
        return subject.tree().spent().since(before, Math.max(1, messages));
    }

    private long deliver(Subject subject, int number, long end) throws IOException {
        Envelope envelope = new Envelope(
                Optional.of(Address.parse("ann@remote.test")),
                Map.of(),
                List.of(Envelope.Recipient.of(Address.parse(subject.address().formatted(number % PEOPLE)))));
        long messages = 0;
        try (SmtpClient client = SmtpClient.greet(
                network.connect(Configuration.address(subject.lmtp()), LIMIT, subject.tls()),
                "bench.test",
                true,
                Optional.empty(),
                LIMIT)) {
            while (System.nanoTime() - end < 0) {
                byte[] letter = letters.get((int) ((messages * 7 + number * 13L) % letters.size()));
                for (Reply reply : client.send(envelope, out -> out.write(letter), () -> {})) {
                    if (!reply.positive()) {
                        throw new IOException(reply.toString());
                    }
                }
                messages++;
            }
        }
        return messages;
    }
}

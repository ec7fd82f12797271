package org.merpati.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench catchup}. */
@Command(
        name = "catchup",
        mixinStandardHelpOptions = true,
        description =
                "How long people wait for their mailboxes while the other copy of their shard catches up, or is built"
                        + " anew: the 95th of a hundred commands, against the same while nothing happens.")
final class CatchUpBenchCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String VICTIM = "gszimbra2";
    private static final String SHARD = "shard-1";
    private static final int PEOPLE = 4;
    private static final int LETTER = 50 << 10;
    private static final int AT_ONCE = 8;
    private static final Letters LETTERS = Letters.of(LETTER, 7);
    private static final String PASSWORD = "benchpass";

    @Option(names = "--rounds", defaultValue = "5", description = "of how many the median is told (${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--megabytes",
            defaultValue = "100",
            description = "what arrives while the node is away (${DEFAULT-VALUE})")
    private int megabytes;

    @Option(names = "--embedded", description = "all nodes in one JVM instead of a process each")
    private boolean embedded;

    @Option(names = "--base-port", defaultValue = "23000", description = "first port (${DEFAULT-VALUE})")
    private int base;

    private long sent;

    /** The 95th of a hundred commands, in milliseconds, while nothing happens, in a catch-up, in a rebuild. */
    private record Round(double quiet, double catchUp, double rebuild) {}

    @Override
    public Integer call() throws IOException {
        Plan plan = Bench.plan(Bench.folder("bench-catchup"), base);
        List<Round> all = new ArrayList<>();
        try (Cluster cluster = embedded ? new EmbeddedCluster(plan) : ProcessCluster.measured(plan, Bench.JARS)) {
            Bench.begin(cluster);
            Map<String, String> accounts = cluster.accounts("wait", 2 * PEOPLE, PASSWORD, LIMIT);
            List<String> people = accounts.keySet().stream()
                    .filter(account -> cluster.shard(account).equals(SHARD))
                    .toList();
            for (int i = 0; i < rounds; i++) {
                Round round = round(cluster, people);
                all.add(round);
                System.out.printf(
                        Locale.ROOT,
                        "p95 of a command: quiet %.1f ms, while %s catches up %.1f ms, while its copy is built anew"
                                + " %.1f ms%n",
                        round.quiet(),
                        VICTIM,
                        round.catchUp(),
                        round.rebuild());
            }
        }
        boolean met = tell(
                "a node catches up",
                all.stream().map(r -> r.catchUp() / r.quiet()).toList());
        met &= tell(
                "a shard is built anew",
                all.stream().map(r -> r.rebuild() / r.quiet()).toList());
        return met ? 0 : 1;
    }

    private static boolean tell(String what, List<Double> ratios) {
        double ratio = Bench.median(ratios);
        System.out.printf(
                Locale.ROOT,
                "%s while %s, p95 is %.2f times what it is else (median of %d), wanted 2 at most%n",
                ratio <= 2 ? "met   " : "MISSED",
                what,
                ratio,
                ratios.size());
        return ratio <= 2;
    }

    private Round round(Cluster cluster, List<String> people) throws IOException {
        quiet(cluster);
        double quiet;
        try (People waiting = new People(cluster, people)) {
            LockSupport.parkNanos(Duration.ofSeconds(15).toNanos());
            quiet = waiting.p95();
        }
        cluster.kill(VICTIM);
        fill(cluster, people);
        double catchUp = back(cluster, people);
        cluster.kill(VICTIM);
        Up.delete(cluster.plan().data(VICTIM).resolve("shards").resolve(SHARD));
        return new Round(quiet, catchUp, back(cluster, people));
    }

    private static void quiet(Cluster cluster) {
        Await.until(() -> "every copy has caught up", LIMIT, () -> Bench.caughtUp(cluster));
        Await.until(
                () -> SHARD + " is led by gszimbra1",
                LIMIT,
                () -> cluster.led("gszimbra1").contains(SHARD));
    }

    /** Starts the node, and measures until it has all. */
    private static double back(Cluster cluster, List<String> people) throws IOException {
        try (People waiting = new People(cluster, people)) {
            cluster.start(VICTIM);
            cluster.awaitReady(LIMIT);
            Await.until(() -> VICTIM + " has caught up", LIMIT, () -> Bench.caughtUp(cluster));
            return waiting.p95();
        }
    }

    private void fill(Cluster cluster, List<String> people) throws IOException {
        int count = megabytes * (1 << 20) / LETTER;
        try (MailProbe.Imap client = login(cluster, people.getFirst())) {
            for (int done = 0; done < count; done += AT_ONCE) {
                List<byte[]> some = new ArrayList<>();
                for (int i = done; i < Math.min(count, done + AT_ONCE); i++) {
                    // No two alike, or the shard would keep one.
                    some.add(LETTERS.letter(sent++));
                }
                client.append("Archive", some);
            }
        }
    }

    private static MailProbe.Imap login(Cluster cluster, String account) throws IOException {
        MailProbe.Imap client = new MailProbe.Imap(cluster.plan().all("imap").getFirst());
        client.ok("LOGIN " + account + " " + PASSWORD);
        return client;
    }

    /** People who do something with their mailboxes ten times a second, and how long each time takes them. */
    private static final class People implements AutoCloseable {
        private static final Duration BEAT = Duration.ofMillis(100);

        private final List<Double> millis = Collections.synchronizedList(new ArrayList<>());
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stopped;

        People(Cluster cluster, List<String> accounts) throws IOException {
            for (String account : accounts) {
                MailProbe.Imap client = login(cluster, account);
                threads.add(Thread.ofVirtual().start(() -> work(client)));
            }
        }

        private void work(MailProbe.Imap client) {
            try (client) {
                client.ok("SELECT INBOX");
                client.literal("APPEND INBOX", "Subject: mine\r\n\r\ntext\r\n".getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; !stopped; i++) {
                    long began = System.nanoTime();
                    client.ok(i % 2 == 0 ? "STORE * +FLAGS (\\Seen)" : "STORE * -FLAGS (\\Seen)");
                    client.ok("FETCH * (FLAGS ENVELOPE BODY.PEEK[])");
                    millis.add((System.nanoTime() - began) / 1e6);
                    LockSupport.parkNanos(began + BEAT.toNanos() - System.nanoTime());
                }
            } catch (IOException broken) {
                System.out.println("a client was cut off: " + broken.getMessage());
            }
        }

        double p95() {
            List<Double> sorted = new ArrayList<>(millis);
            Collections.sort(sorted);
            return sorted.get((int) (sorted.size() * 0.95));
        }

        @Override
        public void close() {
            stopped = true;
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}

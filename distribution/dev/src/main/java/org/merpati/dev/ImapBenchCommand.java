package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.merpati.kernel.TryLater;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench imap}: our IMAP and Debian's Dovecot, one after the other on this machine, and their ratios. */
@Command(
        name = "imap",
        mixinStandardHelpOptions = true,
        description = "Measures our IMAP on one node and Debian's Dovecot, and prints both with their ratio.")
final class ImapBenchCommand implements Callable<Integer> {
    private static final String PASSWORD = "benchpass";
    private static final Duration READY = Duration.ofSeconds(180);

    @Option(names = "--connections", defaultValue = "10", description = "of the mix (${DEFAULT-VALUE})")
    private int connections;

    @Option(names = "--idle", defaultValue = "500", description = "idle connections (${DEFAULT-VALUE})")
    private int idle;

    @Option(names = "--messages", defaultValue = "110", description = "in each INBOX (${DEFAULT-VALUE})")
    private int messages;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "of the mix; a command has a third (${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--format",
            defaultValue = "maildir",
            description = "Dovecot's: maildir or mdbox (${DEFAULT-VALUE})")
    private String format = "maildir";

    @Option(names = "--base-port", defaultValue = "23000", description = "our first port (${DEFAULT-VALUE})")
    private int base;

    /** What was measured of a server. */
    private record Figures(
            Map<String, ProcessTree.Cost> commands, ImapBench.Mix mix, double idleKb, List<Double> pushes) {
        private ProcessTree.Cost command(String name) {
            return commands.getOrDefault(name, ProcessTree.Cost.NONE);
        }

        private double push() {
            return pushes.get(pushes.size() / 2);
        }
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Bench.folder("bench-imap");
        if (!Dovecot.here()) {
            System.err.println(
                    "./dev bench imap compares with Debian's Dovecot: as root, apt-get install dovecot-imapd");
            return 2;
        }
        Figures theirs = theirs(folder.resolve("dovecot"));
        Figures ours = ours(folder.resolve("ours"));
        print(ours, theirs);
        return 0;
    }

    private Figures theirs(Path folder) throws IOException {
        try (Dovecot dovecot = Dovecot.start(folder, format, PASSWORD)) {
            System.out.println("Dovecot " + Dovecot.version() + ", " + format);
            return measure(
                    new ImapBench.Subject(
                            "dovecot", dovecot.imap(), dovecot.pid(), "u%d@bench.test", PASSWORD, () -> {}),
                    1);
        }
    }

    private Figures ours(Path folder) throws IOException {
        Plan plan = Bench.one(folder, base);
        try (Cluster cluster = ProcessCluster.measured(plan, Bench.JARS)) {
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
            cluster.prepare();
            cluster.startAll();
            cluster.awaitReady(READY);
            cluster.accounts("u", Math.max(connections, 2), PASSWORD, READY);
            long pid = cluster.pid(plan.nodes().getFirst());
            System.out.println("Merpati, one node with all roles");
            return measure(
                    new ImapBench.Subject(
                            "merpati",
                            plan.all("imap").getFirst(),
                            pid,
                            "u%d@" + plan.domain(),
                            PASSWORD,
                            () -> collect(pid)),
                    6);
        }
    }

    /** Has a JVM give back what it does not use. */
    private static void collect(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        for (int i = 0; i < 2; i++) {
            try {
                Process asked = new ProcessBuilder(jcmd, Long.toString(pid), "GC.run")
                        .redirectErrorStream(true)
                        .start();
                asked.getInputStream().readAllBytes();
                asked.waitFor();
            } catch (IOException cannot) {
                throw new TryLater("jcmd does not run: " + cannot.getMessage());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Measures a server.
     *
     * @param warmth how many times longer than measured it is warmed up
     */
    private Figures measure(ImapBench.Subject subject, int warmth) throws IOException {
        ImapBench bench = new ImapBench(subject, messages, 7);
        bench.fill(connections);
        Duration each = Duration.ofMillis(seconds * 333L);
        ImapBench.Mix mix = bench.mix(
                connections,
                Duration.ofSeconds(seconds).multipliedBy(warmth).dividedBy(2),
                Duration.ofSeconds(seconds));
        Map<String, ProcessTree.Cost> commands =
                bench.commands(each.multipliedBy(warmth).dividedBy(6), each);
        List<Double> pushes = bench.pushes(50);
        double idleKb = bench.idleKb(idle, connections);
        return new Figures(commands, mix, idleKb, pushes);
    }

    private static void print(Figures ours, Figures theirs) {
        System.out.printf("%n%-34s %12s %12s %8s%n", "", "ours", "Dovecot", "ratio");
        row("mix: commands/s", ours.mix.commandsPerSecond(), theirs.mix.commandsPerSecond());
        row("an idle connection, KB", ours.idleKb, theirs.idleKb);
        row("push, median ms", ours.push(), theirs.push());
        System.out.printf(
                "%nCPU of a command in microseconds; of ours, what the journal and the full-text index took of it,"
                        + " and the rest%n%-34s %12s %12s %8s %9s %9s %9s%n",
                "", "ours", "Dovecot", "ratio", "journal", "index", "rest");
        Map<String, ProcessTree.Cost> all = new LinkedHashMap<>(ours.commands);
        all.put("mix", ours.mix.cost());
        all.forEach((name, our) -> {
            ProcessTree.Cost their = name.equals("mix") ? theirs.mix.cost() : theirs.command(name);
            System.out.printf(
                    "%-34s %12.1f %12.1f %8.2f %9.1f %9.1f %9.1f%n",
                    name,
                    our.cpuMicros(),
                    their.cpuMicros(),
                    our.cpuMicros() / their.cpuMicros(),
                    our.journalMicros(),
                    our.indexMicros(),
                    our.restMicros());
        });
        System.out.printf("%nFrom command to answer in milliseconds%n");
        ours.commands.forEach(
                (name, our) -> row(name, our.millis(), theirs.command(name).millis()));
    }

    private static void row(String name, double ours, double theirs) {
        System.out.printf("%-34s %12.3f %12.3f %8.2f%n", name, ours, theirs, ours / theirs);
    }
}

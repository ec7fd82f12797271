package org.merpati.dev;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.merpati.kernel.Malformed;
import org.merpati.runtime.NodeStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is measured on a cluster of this machine's own. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures.",
        subcommands = {
            ImapBenchCommand.class,
            FilterBenchCommand.class,
            CatchUpBenchCommand.class,
            JournalBenchCommand.class,
            DeliveryBenchCommand.class,
            SizeBenchCommand.class,
            LargeMailboxBenchCommand.class
        })
final class Bench {
    private static final Duration READY = Duration.ofSeconds(180);
    private static final Duration BACK = Duration.ofSeconds(60);
    static final Path JARS = Dev.ROOT.resolve("distribution/target/merpati");
    private static final int ACCOUNTS = 6;
    /** JVMs are warm when their compilers take less than one part of so many of their time. */
    private static final int HARDLY = 10;

    /** So often a deed is repeated at most until they are. */
    private static final int WARMING = 40;

    private static final String PASSWORD = "benchpass";

    private static final long SMALL_LAG = 64;

    /**
     * The longest times without an acknowledgement after one kill, and from the victim's start until its copies had
     * caught up, milliseconds.
     */
    private record Outage(String victim, long smtp, long account, long back) {}

    @Command(
            name = "failover",
            mixinStandardHelpOptions = true,
            description =
                    "Kills nodes under load again and again: how long clients wait, and whether anything is lost.")
    int failover(
            @Option(names = "--kills", defaultValue = "20", description = "how many kills (${DEFAULT-VALUE})")
                    int kills,
            @Option(
                            names = "--nodes",
                            split = ",",
                            defaultValue = "gszimbra1,gszimbra2",
                            description = "which nodes (${DEFAULT-VALUE})")
                    List<String> nodes,
            @Option(names = "--embedded", description = "all nodes in one JVM instead of a process each")
                    boolean embedded,
            @Option(names = "--seed", description = "repeats a run's choice of nodes") Long seed,
            @Option(names = "--base-port", defaultValue = "23000", description = "first port (${DEFAULT-VALUE})")
                    int base)
            throws IOException {
        long chosen = seed == null ? System.nanoTime() : seed;
        Path folder = folder("bench-failover");
        Plan plan = plan(folder, base);
        nodes.forEach(plan::data);
        System.out.printf("%d kills of %s, seed %d%n", kills, String.join(" and ", nodes), chosen);
        try (Cluster cluster = embedded ? new EmbeddedCluster(plan) : new ProcessCluster(plan, JARS)) {
            begin(cluster);
            return run(cluster, nodes, kills, chosen);
        }
    }

    /** An empty folder for what a benchmark keeps, with this process' own log in it. */
    static Path folder(String name) throws IOException {
        Path folder = Dev.ROOT.resolve(".data").resolve(name);
        Up.delete(folder);
        return logged(folder);
    }

    private static Path logged(Path folder) throws IOException {
        Files.createDirectories(folder);
        System.setProperty("logback.configurationFile", "logback-dev.xml");
        System.setProperty("merpati.log", folder.resolve("dev.log").toString());
        return folder;
    }

    /** One node with all roles in a folder. */
    static Plan one(Path folder, int base) throws IOException {
        return new Plan("one", Dev.ROOT.resolve("conf"), folder, base, List.of(), Map.of());
    }

    /** Three nodes with all roles each in a folder; who leads stays so, though the machine is busy. */
    static Plan three(Path folder, int base) throws IOException {
        Map<String, String> lines = Map.of("timing", "election-min = \"4s\"\nelection-max = \"5s\"");
        return new Plan("three", Dev.ROOT.resolve("conf"), folder, base, List.of(), lines);
    }

    /** What is measured, or warms up what is. */
    @FunctionalInterface
    interface Deed {
        void run() throws IOException;
    }

    /** Repeats a deed until JVMs have compiled what it takes. */
    static void warm(ProcessTree tree, Deed deed) throws IOException {
        boolean cold = true;
        for (int i = 0; i < WARMING && cold; i++) {
            long compiled = tree.compilersMicros();
            long all = tree.cpuMicros();
            deed.run();
            cold = (tree.compilersMicros() - compiled) * HARDLY > tree.cpuMicros() - all;
        }
    }

    /** The middle one of some measurements. */
    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** The paper's six nodes in a folder. */
    static Plan plan(Path folder, int base) throws IOException {
        Map<String, String> lines = Map.of("security", "password-iterations = 1000", "timing", "retry-first = \"2s\"");
        return new Plan("six", Dev.ROOT.resolve("conf"), folder, base, List.of(), lines);
    }

    /** Starts all nodes; they end with this process, however it ends. */
    static void begin(Cluster cluster) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
        cluster.prepare();
        cluster.startAll();
        cluster.awaitReady(READY);
    }

    @Command(
            name = "killloop",
            mixinStandardHelpOptions = true,
            description = {
                "Ends nodes at random instants under load (one, two of three voters, all) and compares what was"
                        + " acknowledged with what is there, after every " + KillLoop.ROUND + " kills.",
                "A run that was stopped goes on with --resume."
            })
    int killloop(
            @Option(names = "--kills", defaultValue = "500", description = "how many kills (${DEFAULT-VALUE})")
                    int kills,
            @Option(names = "--power-cut", description = "a killed node also loses what it had not synced")
                    boolean powerCut,
            @Option(
                            names = "--without-sync",
                            description = "with --power-cut: no node syncs any more, and mail must be found missing")
                    boolean withoutSync,
            @Option(names = "--embedded", description = "all nodes in one JVM instead of a process each")
                    boolean embedded,
            @Option(names = "--seed", description = "repeats a run's choices") Long seed,
            @Option(names = "--resume", description = "goes on with the run that was stopped") boolean resume,
            @Option(names = "--base-port", defaultValue = "23000", description = "first port (${DEFAULT-VALUE})")
                    int base)
            throws IOException {
        if ((powerCut && embedded) || (withoutSync && !powerCut)) {
            throw new Malformed("a power cut takes processes of their own, and --without-sync a power cut");
        }
        Path folder = resume ? logged(Dev.ROOT.resolve(".data/bench-killloop")) : folder("bench-killloop");
        Plan plan = plan(folder, base);
        Run run = Run.open(folder.resolve("run.properties"), seed == null ? System.nanoTime() : seed);
        System.out.printf("%d kills, %d of them done, seed %d%n", kills, run.rounds() * KillLoop.ROUND, run.seed());
        try (Ledger ledger = new Ledger(folder.resolve("ledger.tsv"));
                Cluster cluster = embedded ? new EmbeddedCluster(plan) : processes(plan, powerCut)) {
            begin(cluster);
            if (withoutSync) {
                ((ProcessCluster) cluster).promiseWithoutSync();
            }
            KillLoop.End end = powerCut ? nodes -> cut((ProcessCluster) cluster, nodes) : nodes -> kill(cluster, nodes);
            KillLoop loop = new KillLoop(cluster, ledger, end, run.seed(), System.out::println);
            for (int round = run.rounds(); round * KillLoop.ROUND < kills; round++) {
                Checker.Verdict verdict = loop.round(round, Math.min(KillLoop.ROUND, kills - round * KillLoop.ROUND));
                System.out.println("round " + round + ": " + verdict);
                run = run.done(folder.resolve("run.properties"));
                if (!verdict.wrong().isEmpty()) {
                    return withoutSync ? 0 : 1;
                }
            }
            Checker.Verdict verdict = loop.all(run.rounds());
            System.out.println("all rounds: " + verdict);
            return verdict.wrong().isEmpty() == withoutSync ? 1 : 0;
        }
    }

    private static ProcessCluster processes(Plan plan, boolean powerCut) {
        return powerCut ? ProcessCluster.cuttable(plan, JARS) : new ProcessCluster(plan, JARS);
    }

    private static String kill(Cluster cluster, List<String> nodes) throws IOException {
        cluster.kill(nodes);
        return "";
    }

    private static String cut(ProcessCluster cluster, List<String> nodes) throws IOException {
        return ", taken back " + cluster.cutPower(nodes);
    }

    /** How far a kill loop came; kept in a file. */
    private record Run(long seed, int rounds) {
        static Run open(Path file, long seed) throws IOException {
            if (Files.exists(file)) {
                Properties kept = new Properties();
                try (Reader reader = Files.newBufferedReader(file)) {
                    kept.load(reader);
                }
                return new Run(Long.parseLong(kept.getProperty("seed")), Integer.parseInt(kept.getProperty("rounds")));
            }
            return new Run(seed, 0).write(file);
        }

        Run done(Path file) throws IOException {
            return new Run(seed, rounds + 1).write(file);
        }

        private Run write(Path file) throws IOException {
            Files.writeString(file, "seed = " + seed + "\nrounds = " + rounds + "\n");
            return this;
        }
    }

    private static int run(Cluster cluster, List<String> nodes, int kills, long seed) throws IOException {
        Plan plan = cluster.plan();
        Map<String, String> accounts = cluster.accounts("bench", ACCOUNTS, PASSWORD, BACK);
        Ledger ledger = new Ledger();
        List<Outage> outages = new ArrayList<>();
        Random chance = new Random(seed);
        try (Load load = new Load(ledger, plan.all("smtp"), plan.all("imap"), accounts, seed, Load.DENSE)) {
            for (int i = 0; i < kills; i++) {
                String victim = nodes.get(chance.nextInt(nodes.size()));
                Outage outage = kill(cluster, victim, ledger, load, accounts);
                outages.add(outage);
                System.out.printf(
                        "%2d  %-10s  SMTP %5d ms  IMAP of one account %5d ms  caught up %d ms after its start%n",
                        i + 1, victim, outage.smtp(), outage.account(), outage.back());
            }
            load.surprises().forEach(s -> System.out.println("surprise: " + s));
        }
        return verdict(cluster, ledger, accounts, outages);
    }

    private static Outage kill(Cluster cluster, String victim, Ledger ledger, Load load, Map<String, String> accounts)
            throws IOException {
        Await.until(() -> victim + " leads", BACK, () -> leadsWhatItPrefers(cluster, victim));
        Await.until(() -> "every copy has caught up", BACK, () -> caughtUp(cluster));
        load.awaitServed(BACK, 0, 3);
        long killed = System.nanoTime();
        cluster.kill(victim);
        if (cluster.plan().roles(victim).contains("proxy")) {
            cluster.start(victim);
        }
        load.awaitServed(BACK, 6, 3);
        long account = accounts.keySet().stream()
                .mapToLong(a -> ledger.longestGapMillis("imap " + a, killed))
                .max()
                .orElse(0);
        long smtp = ledger.longestGapMillis("smtp", killed);
        cluster.start(victim);
        long started = System.nanoTime();
        cluster.awaitReady(READY);
        Await.until(() -> victim + " has caught up", READY, () -> caughtUp(cluster));
        return new Outage(victim, smtp, account, (System.nanoTime() - started) / 1_000_000);
    }

    /** Whether no voter of any group lacks more than a few entries, as the leaders say. */
    static boolean caughtUp(Cluster cluster) {
        return cluster.status().stream()
                .flatMap(node -> node.groups().stream())
                .filter(NodeStatus.Group::leader)
                .allMatch(group -> group.lag().values().stream().allMatch(lag -> lag <= SMALL_LAG));
    }

    /** Whether the node leads a group, or has none that it could lead. */
    private static boolean leadsWhatItPrefers(Cluster cluster, String name) {
        for (NodeStatus node : cluster.status()) {
            if (node.name().equals(name)) {
                return node.groups().isEmpty()
                        || node.groups().stream().allMatch(g -> g.role().equals("witness"))
                        || !node.led().isEmpty();
            }
        }
        return false;
    }

    private static int verdict(Cluster cluster, Ledger ledger, Map<String, String> accounts, List<Outage> outages)
            throws IOException {
        Checker.Verdict verdict =
                Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
        List<Long> times = outages.stream().map(Outage::account).sorted().toList();
        System.out.printf(
                "IMAP of one account: median %d ms, worst %d ms; SMTP: worst %d ms%n",
                times.get(times.size() / 2),
                times.getLast(),
                outages.stream().mapToLong(Outage::smtp).max().orElse(0));
        System.out.println("checker: " + verdict);
        return verdict.wrong().isEmpty() ? 0 : 1;
    }
}

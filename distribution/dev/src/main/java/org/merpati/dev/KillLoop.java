package org.merpati.dev;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.merpati.runtime.NodeStatus;

/**
 * Ends nodes at random instants under load, again and again, and compares what clients were told with what is there:
 * one node, two of the three voters of a group, or all; sometimes the next before the last is back.
 *
 * <p>Kills come in rounds of {@value #ROUND}. Each round has accounts of its own and ends with a look at them; the end
 * is a look at all accounts of all rounds. What happens in a round depends on the seed and the round's number only.
 */
public final class KillLoop {
    /** How many kills come between two looks. */
    public static final int ROUND = 10;

    private static final Duration READY = Duration.ofSeconds(180);
    private static final Duration SERVED = Duration.ofSeconds(180);
    private static final int ACCOUNTS = 4;
    private static final String PASSWORD = "benchpass";
    private static final int LONGEST_WAIT_MILLIS = 3_000;
    /** An answer that was on its way when the majority died has come by then. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

    /** How nodes are ended. */
    @FunctionalInterface
    public interface End {
        /** Ends nodes at one instant; what it did to their disks is said in words. */
        String of(List<String> nodes) throws IOException;
    }

    private final Cluster cluster;
    private final Ledger ledger;
    private final End end;
    private final long seed;
    private final Consumer<String> log;

    /**
     * @param cluster runs and is ready
     * @param ledger what earlier rounds told their clients
     * @param log what happens, a line each
     */
    public KillLoop(Cluster cluster, Ledger ledger, End end, long seed, Consumer<String> log) {
        this.cluster = cluster;
        this.ledger = ledger;
        this.end = end;
        this.seed = seed;
        this.log = log;
    }

    /**
     * Runs one round.
     *
     * @param number the round's number, from 0
     * @param kills at most {@value #ROUND}
     * @return what the look at its accounts says, with what servers answered that they must not
     */
    public Checker.Verdict round(int number, int kills) throws IOException {
        Random chance = new Random(seed + 31L * number);
        Map<String, String> accounts = accounts(number);
        List<String> surprises = new ArrayList<>();
        Plan plan = cluster.plan();
        try (Load load =
                new Load(ledger, plan.all("smtp"), plan.all("imap"), accounts, chance.nextLong(), Load.DENSE)) {
            for (int kill = 0; kill < kills; kill++) {
                load.awaitServed(SERVED, 1, 1);
                pause(chance.nextInt(LONGEST_WAIT_MILLIS));
                List<String> victims = victims(chance);
                String undone = end.of(victims);
                log.accept("kill " + (number * ROUND + kill + 1) + ": " + String.join(", ", victims) + undone);
                surprises.addAll(silence(victims));
                pause(chance.nextInt(LONGEST_WAIT_MILLIS));
                cluster.start(victims);
                if (chance.nextInt(3) > 0) {
                    cluster.awaitReady(READY);
                }
            }
            cluster.awaitReady(READY);
            load.awaitServed(SERVED, 1, 1);
            surprises.addAll(load.surprises());
        }
        return with(surprises, Checker.settle(ledger, plan.all("imap").getFirst(), accounts));
    }

    /** Looks at all accounts of the rounds before this number. */
    public Checker.Verdict all(int rounds) throws IOException {
        Map<String, String> accounts = new LinkedHashMap<>();
        for (int number = 0; number < rounds; number++) {
            accounts.putAll(accounts(number));
        }
        return Checker.settle(ledger, cluster.plan().all("imap").getFirst(), accounts);
    }

    private static Checker.Verdict with(List<String> surprises, Checker.Verdict verdict) {
        List<String> wrong = new ArrayList<>(surprises);
        wrong.addAll(verdict.wrong());
        return new Checker.Verdict(wrong, verdict.messages(), verdict.duplicates(), verdict.duplicatesAfterUnknown());
    }

    /** The accounts of a round; made if they are not there. */
    private Map<String, String> accounts(int number) {
        return cluster.accounts("round" + number + "-", ACCOUNTS, PASSWORD, SERVED);
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    }

    /** One node more often than two voters of a group, and two more often than all. */
    private List<String> victims(Random chance) {
        List<String> nodes = cluster.plan().nodes();
        int kind = chance.nextInt(10);
        List<String> chosen = new ArrayList<>(nodes);
        if (kind < 9) {
            if (kind > 5) {
                List<List<String>> groups = List.copyOf(voters().values());
                chosen = new ArrayList<>(groups.get(chance.nextInt(groups.size())));
            }
            Collections.shuffle(chosen, chance);
            chosen = chosen.subList(0, kind > 5 ? Math.min(2, chosen.size()) : 1);
        }
        return chosen.stream().filter(cluster::running).sorted().toList();
    }

    private Map<String, List<String>> voters() {
        Map<String, TreeSet<String>> voters = new TreeMap<>();
        for (NodeStatus node : cluster.status()) {
            node.groups()
                    .forEach(g -> voters.computeIfAbsent(g.name(), n -> new TreeSet<>())
                            .add(node.name()));
        }
        Map<String, List<String>> lists = new TreeMap<>();
        voters.forEach((group, names) -> lists.put(group, List.copyOf(names)));
        return lists;
    }

    /** While no shard has a majority, nothing that changes a mailbox may be acknowledged. */
    private List<String> silence(List<String> dead) {
        List<String> nodes = cluster.plan().nodes();
        long voters = nodes.stream().filter(n -> votes(n)).count();
        long alive = nodes.stream()
                .filter(n -> votes(n) && !dead.contains(n) && cluster.running(n))
                .count();
        if (alive > voters / 2) {
            return List.of();
        }
        pause((int) ON_ITS_WAY.toMillis());
        int before = ledger.count("imap");
        pause((int) ON_ITS_WAY.toMillis());
        int after = ledger.count("imap");
        return after == before
                ? List.of()
                : List.of((after - before) + " changes were acknowledged by IMAP without " + dead);
    }

    /** Whether a node has a vote in the shards. */
    private boolean votes(String node) {
        List<String> roles = cluster.plan().roles(node);
        return roles.contains("mailbox") || roles.contains("witness");
    }
}

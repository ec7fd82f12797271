package org.merpati.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench large}. */
@Command(
        name = "large",
        mixinStandardHelpOptions = true,
        description = "What commands of IMAP take in a mailbox of very many messages, on one node.")
final class LargeMailboxBenchCommand implements Callable<Integer> {
    private static final String PASSWORD = "benchpass";
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int AT_ONCE = 100;
    private static final int LETTER = 2_048;
    private static final int TIMES = 40;
    private static final int TOLD = 15;
    private static final int OTHERS = 10;
    private static final String NEEDLE = "zirconium";

    @Option(names = "--messages", defaultValue = "100000", description = "in the mailbox (${DEFAULT-VALUE})")
    private int messages;

    @Option(
            names = "--sorted",
            defaultValue = "10000",
            description = "in the one that is sorted and threaded (${DEFAULT-VALUE})")
    private int sorted;

    @Option(names = "--base-port", defaultValue = "23000", description = "first port (${DEFAULT-VALUE})")
    private int base;

    private final Random chance = new Random(7);

    @Override
    public Integer call() throws IOException {
        Plan plan = Bench.one(Bench.folder("bench-large"), base);
        try (Cluster cluster = ProcessCluster.measured(plan, Bench.JARS)) {
            Bench.begin(cluster);
            cluster.accounts("u", 2, PASSWORD, LIMIT);
            long began = System.nanoTime();
            fill(plan, 0, messages);
            fill(plan, 1, sorted);
            tell((messages + sorted) + " messages appended", (System.nanoTime() - began) / 1e6, "");
            indexed(plan, cluster);
            sorts(plan);
            commands(plan);
            copies(plan);
            cold(cluster);
        }
        return 0;
    }

    private MailProbe.Imap login(Plan plan, int user) throws IOException {
        MailProbe.Imap client = new MailProbe.Imap(plan.all("imap").getFirst());
        client.ok("LOGIN u" + user + "@" + plan.domain() + " " + PASSWORD);
        return client;
    }

    private void fill(Plan plan, int user, int count) throws IOException {
        try (MailProbe.Imap client = login(plan, user)) {
            for (int done = 0; done < count; done += AT_ONCE) {
                List<byte[]> some = new ArrayList<>();
                for (int i = done; i < Math.min(count, done + AT_ONCE); i++) {
                    some.add(letter(i, i % Math.max(1, count / 100) == 0));
                }
                client.append("INBOX", some);
            }
        }
    }

    private byte[] letter(int number, boolean needle) {
        String id = "<" + number + "@remote.test>";
        StringBuilder text = new StringBuilder("From: Ann <ann" + number % 97
                + "@remote.test>\r\nTo: you <you@bench.test>\r\n"
                + "Subject: " + (number % 3 == 0 ? "" : "Re: ") + "report " + number / 3
                + "\r\nDate: Mon, 23 Nov 2026 10:"
                + String.format(Locale.ROOT, "%02d:%02d", number / 60 % 60, number % 60) + " +0000\r\nMessage-ID: " + id
                + "\r\n" + (number % 3 == 0 ? "" : "References: <" + (number - number % 3) + "@remote.test>\r\n")
                + "\r\n" + (needle ? NEEDLE : "") + "\r\n");
        while (text.length() < LETTER) {
            text.append(ImapBench.WORDS[chance.nextInt(ImapBench.WORDS.length)])
                    .append(text.length() % 9 == 0 ? "\r\n" : " ");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void sorts(Plan plan) throws IOException {
        try (MailProbe.Imap client = login(plan, 1)) {
            client.ok("SELECT INBOX");
            String of = " of " + sorted;
            tell("SORT by subject" + of, median(() -> client.ok("SORT (SUBJECT) UTF-8 ALL")), "50");
            tell("SORT by date" + of, median(() -> client.ok("SORT (DATE) UTF-8 ALL")), "50");
            tell("THREAD by references" + of, median(() -> client.ok("THREAD REFERENCES UTF-8 ALL")), "50");
        }
    }

    private void commands(Plan plan) throws IOException {
        try (MailProbe.Imap client = login(plan, 0);
                MailProbe.Imap other = login(plan, 0)) {
            client.ok("ENABLE QRESYNC");
            tell("SELECT", median(() -> client.ok("SELECT INBOX")), "1");
            tell("FETCH a list of 50", median(() -> list(client)), "");
            tell("STORE", median(() -> client.ok("STORE " + one() + " +FLAGS.SILENT (\\Flagged)")), "");
            tell("SEARCH of a text that 100 have", median(() -> found(client)), "50");
            tell("SEARCH of a text that nobody has", median(() -> client.ok("SEARCH TEXT \"absent phrase\"")), "");
            other.ok("SELECT INBOX");
            tell("SELECT with QRESYNC, 10 changes", resync(client, other), "5");
        }
    }

    private int one() {
        return 1 + chance.nextInt(messages);
    }

    private void list(MailProbe.Imap client) throws IOException {
        int first = 1 + chance.nextInt(messages - 50);
        client.ok("FETCH " + first + ":" + (first + 49) + " (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)");
    }

    /** Searches, so that the index hurries, until it has all: what it has not is looked at by each search. */
    private void indexed(Plan plan, Cluster cluster) throws IOException {
        long began = System.nanoTime();
        try (MailProbe.Imap client = login(plan, 0)) {
            client.ok("SELECT INBOX");
            found(client);
            new ProcessTree(cluster.pid(plan.nodes().getFirst())).awaitRest();
            found(client);
        }
        tell("the index is up to date after", (System.nanoTime() - began) / 1e6, "");
    }

    private static void found(MailProbe.Imap client) throws IOException {
        String line = client.ok("SEARCH TEXT " + NEEDLE).getFirst();
        int hits = line.split(" ", -1).length - 2;
        if (hits != 100) {
            throw new IOException("a search finds " + hits + " messages of 100");
        }
    }

    /** Mailboxes that nobody opens before {@link #cold}. */
    private void copies(Plan plan) throws IOException {
        try (MailProbe.Imap client = login(plan, 1)) {
            client.ok("SELECT INBOX");
            for (int i = 0; i < OTHERS; i++) {
                client.ok("CREATE other" + i);
                client.ok("COPY 1:* other" + i);
            }
        }
    }

    private double resync(MailProbe.Imap client, MailProbe.Imap other) throws IOException {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            List<String> told = client.ok("SELECT INBOX");
            String known = number(told, "UIDVALIDITY ") + " " + number(told, "HIGHESTMODSEQ ");
            for (int change = 0; change < 10; change++) {
                other.ok("STORE " + one() + (i % 2 == 0 ? " +" : " -") + "FLAGS.SILENT (\\Answered)");
            }
            times.add(millis(() -> client.ok("SELECT INBOX (QRESYNC (" + known + "))")));
        }
        return middle(times);
    }

    private static String number(List<String> lines, String behind) {
        for (String line : lines) {
            int at = line.indexOf(behind);
            if (at >= 0) {
                return line.substring(at + behind.length(), line.indexOf(']', at));
            }
        }
        throw new IllegalStateException("no " + behind + "in " + lines);
    }

    /** A node that was just started, then one that has opened other mailboxes, but never this. */
    private void cold(Cluster cluster) throws IOException {
        String node = cluster.plan().nodes().getFirst();
        cluster.kill(node);
        cluster.start(node);
        cluster.awaitReady(LIMIT);
        try (MailProbe.Imap client = login(cluster.plan(), 1)) {
            tell("SELECT of " + sorted + ", first after a start", millis(() -> client.ok("SELECT INBOX")), "");
            new ProcessTree(cluster.pid(node)).awaitRest();
            for (int i = 0; i < OTHERS; i++) {
                client.ok("SELECT other" + i);
            }
        }
        try (MailProbe.Imap client = login(cluster.plan(), 0)) {
            tell("SELECT, not opened before", millis(() -> client.ok("SELECT INBOX")), "50");
        }
    }

    private static double median(Bench.Deed deed) throws IOException {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            times.add(millis(deed));
        }
        return middle(times);
    }

    /** The median of the last ones: those before have warmed up what is measured. */
    private static double middle(List<Double> times) {
        return Bench.median(times.subList(times.size() - TOLD, times.size()));
    }

    private static double millis(Bench.Deed deed) throws IOException {
        long began = System.nanoTime();
        deed.run();
        return (System.nanoTime() - began) / 1e6;
    }

    private static void tell(String what, double millis, String goal) {
        System.out.printf(
                Locale.ROOT, "%-36s %12.2f ms%s%n", what, millis, goal.isEmpty() ? "" : "   (wanted: " + goal + ")");
    }
}

package org.merpati.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What IMAP costs a server, measured the same way for any: commands alone, a mix of them, idle clients, the push. */
final class ImapBench {
    private static final int LIST = 50;
    private static final int[] SIZES = {2_048, 2_048, 2_048, 10_240, 2_048, 10_240, 2_048, 2_048, 10_240, 2_048, 76_800
    };
    static final String[] WORDS = "river stone cloud paper garden window silver morning letter harbour".split(" ");

    /**
     * What is measured.
     *
     * @param name of the server, for the table
     * @param imap host:port
     * @param pid of the process that it and its children are
     * @param user a pattern with the number of a user in it
     * @param tidy makes the server give memory back that it does not use, before memory is read
     */
    record Subject(String name, String imap, long pid, String user, String password, Runnable tidy) {
        MailProbe.Imap login(int number) throws IOException {
            MailProbe.Imap client = new MailProbe.Imap(imap);
            client.ok("LOGIN \"" + user.formatted(number) + "\" \"" + password + "\"");
            return client;
        }
    }

    private final Subject subject;
    private final ProcessTree tree;
    private final Random chance;
    private final int messages;

    ImapBench(Subject subject, int messages, long seed) {
        this.subject = subject;
        this.tree = new ProcessTree(subject.pid());
        this.chance = new Random(seed);
        this.messages = messages;
    }

    private byte[] letter(int size, int number) {
        StringBuilder text =
                new StringBuilder("From: Ann <ann@remote.test>\r\nTo: you <you@bench.test>\r\nSubject: report "
                        + number + " river\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <" + number + "."
                        + chance.nextLong(Long.MAX_VALUE)
                        + "@remote.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n");
        while (text.length() < size) {
            for (int i = 0; i < 9; i++) {
                text.append(WORDS[chance.nextInt(WORDS.length)]).append(' ');
            }
            text.append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Fills the INBOX of the first users. */
    void fill(int users) throws IOException {
        for (int user = 0; user < users; user++) {
            try (MailProbe.Imap client = subject.login(user)) {
                for (int i = 0; i < messages; i++) {
                    client.literal("APPEND INBOX (\\Seen)", letter(SIZES[i % SIZES.length], i));
                }
            }
        }
    }

    private int one() {
        return 1 + chance.nextInt(messages);
    }

    /** The cost of each command alone, over one connection. */
    Map<String, ProcessTree.Cost> commands(Duration warm, Duration each) throws IOException {
        Map<String, ProcessTree.Cost> costs = new LinkedHashMap<>();
        try (MailProbe.Imap client = subject.login(0)) {
            client.ok("SELECT INBOX");
            for (Map.Entry<String, Bench.Deed> deed : deeds(client).entrySet()) {
                costs.put(deed.getKey(), cost(deed.getValue(), warm, each));
            }
        }
        return costs;
    }

    private Map<String, Bench.Deed> deeds(MailProbe.Imap client) {
        Map<String, Bench.Deed> deeds = new LinkedHashMap<>();
        deeds.put("login, select, logout", this::visit);
        deeds.put("NOOP", () -> client.ok("NOOP"));
        deeds.put("STATUS", () -> client.ok("STATUS INBOX (MESSAGES UNSEEN UIDNEXT)"));
        deeds.put("SELECT", () -> client.ok("SELECT INBOX"));
        deeds.put("FETCH flags of 100", () -> client.ok("FETCH 1:100 (UID FLAGS)"));
        deeds.put("FETCH a list of 50", () -> {
            int first = 1 + chance.nextInt(messages - LIST);
            client.ok("FETCH " + first + ":" + (first + LIST - 1) + " (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)");
        });
        deeds.put(
                "FETCH a header",
                () -> client.ok(
                        "FETCH " + one() + " (UID BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE MESSAGE-ID)])"));
        deeds.put("FETCH a body", () -> client.ok("FETCH " + one() + " (UID FLAGS BODY.PEEK[])"));
        deeds.put("FETCH a structure", () -> client.ok("FETCH " + one() + " (UID BODYSTRUCTURE)"));
        deeds.put("SEARCH flags", () -> client.ok("SEARCH UNSEEN UNDELETED"));
        deeds.put("SEARCH subject", () -> client.ok("SEARCH SUBJECT \"river\""));
        deeds.put("SEARCH text", () -> client.ok("SEARCH TEXT \"absent phrase\""));
        deeds.put(
                "STORE",
                () -> client.ok("STORE " + one() + (chance.nextBoolean() ? " +" : " -") + "FLAGS (\\Flagged)"));
        deeds.put("APPEND 2 KB", () -> client.literal("APPEND Trash (\\Seen)", letter(2_048, 1)));
        return deeds;
    }

    private void visit() throws IOException {
        try (MailProbe.Imap visitor = subject.login(0)) {
            visitor.ok("SELECT INBOX");
            visitor.ok("LOGOUT");
        }
    }

    private ProcessTree.Cost cost(Bench.Deed deed, Duration warm, Duration each) throws IOException {
        repeat(deed, warm);
        ProcessTree.Spent before = tree.spent();
        int times = repeat(deed, each);
        return tree.spent().since(before, times);
    }

    private static int repeat(Bench.Deed deed, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        int times = 0;
        do {
            deed.run();
            times++;
        } while (System.nanoTime() < end);
        return times;
    }

    /** What a mix of sessions comes to, and what a command of it costs. */
    record Mix(double commandsPerSecond, ProcessTree.Cost cost) {}

    /** Sessions of a login, thirty commands and a logout, over so many connections at once, each of another user. */
    Mix mix(int connections, Duration warm, Duration time) throws IOException {
        run(connections, warm);
        ProcessTree.Spent before = tree.spent();
        long commands = run(connections, time);
        ProcessTree.Cost cost = tree.spent().since(before, commands);
        return new Mix(1000 / cost.millis(), cost);
    }

    private long run(int connections, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        List<Callable<Long>> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int user = i;
            Random own = new Random(chance.nextLong());
            clients.add(() -> sessions(user, own, end));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            long commands = 0;
            for (Future<Long> client : threads.invokeAll(clients)) {
                commands += client.get();
            }
            return commands;
        } catch (ExecutionException failed) {
            throw new IOException("a session failed: " + failed.getCause(), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stop);
        }
    }

    private long sessions(int user, Random own, long end) throws IOException {
        long commands = 0;
        while (System.nanoTime() < end) {
            try (MailProbe.Imap client = subject.login(user)) {
                client.ok("SELECT INBOX");
                for (int i = 0; i < 30 && System.nanoTime() < end; i++) {
                    step(client, own);
                    commands++;
                }
                client.ok("LOGOUT");
                commands += 3;
            }
        }
        return commands;
    }

    private void step(MailProbe.Imap client, Random own) throws IOException {
        int number = 1 + own.nextInt(messages);
        int first = 1 + own.nextInt(messages - LIST);
        switch (own.nextInt(20)) {
            case 0, 1, 2, 3 ->
                client.ok(
                        "FETCH " + first + ":" + (first + LIST - 1) + " (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)");
            case 4, 5, 6 -> client.ok("FETCH " + number + " (UID BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)])");
            case 7, 8, 9 -> client.ok("FETCH " + number + " (UID FLAGS BODY.PEEK[])");
            case 10, 11 -> client.ok("FETCH " + number + " (UID BODYSTRUCTURE)");
            case 12, 13 -> client.ok("STORE " + number + (own.nextBoolean() ? " +" : " -") + "FLAGS (\\Flagged)");
            case 14 -> client.ok("SEARCH UNSEEN UNDELETED");
            case 15 -> client.ok("SEARCH SUBJECT \"" + WORDS[own.nextInt(WORDS.length)] + "\"");
            case 16 -> client.literal("APPEND Trash (\\Seen)", letter(2_048, number));
            case 17 -> client.ok("STATUS INBOX (MESSAGES UNSEEN UIDNEXT)");
            default -> client.ok("NOOP");
        }
    }

    /** The memory of one of so many idle connections, in KB. */
    double idleKb(int connections, int users) throws IOException {
        subject.tidy().run();
        long before = tree.pssKb();
        List<MailProbe.Imap> clients = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                MailProbe.Imap client = subject.login(i % users);
                clients.add(client);
                client.ok("SELECT INBOX");
                client.idle();
            }
            subject.tidy().run();
            return (tree.pssKb() - before) / (double) connections;
        } finally {
            for (MailProbe.Imap client : clients) {
                client.close();
            }
        }
    }

    /** The times from the answer to an APPEND to the news of it at an idle client, in milliseconds, ascending. */
    List<Double> pushes(int times) throws IOException {
        List<Double> millis = new ArrayList<>();
        try (MailProbe.Imap idle = subject.login(0);
                MailProbe.Imap writer = subject.login(0)) {
            idle.ok("SELECT Trash");
            idle.idle();
            for (int i = 0; i < times; i++) {
                writer.literal("APPEND Trash", letter(2_048, i));
                long acknowledged = System.nanoTime();
                idle.await(" EXISTS");
                millis.add(Math.max(0, System.nanoTime() - acknowledged) / 1e6);
            }
        }
        millis.sort(Double::compare);
        return millis;
    }
}

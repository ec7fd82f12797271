package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import org.merpati.cluster.FileIdentity;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.runtime.Configuration;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.NodeParameters;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpClient;
import org.merpati.wire.Network;
import org.merpati.wire.Tls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code ./dev bench delivery}. */
@Command(
        name = "delivery",
        mixinStandardHelpOptions = true,
        description = {
            "How many messages of usual sizes ours and Debian's Dovecot take a second, in turns, by LMTP and by APPEND,"
                    + " and what one costs.",
            "Ours speaks LMTP over mutual TLS, as between its nodes. CPU is counted until the server rests: ours has"
                    + " its full-text index behind it then."
        })
final class DeliveryBenchCommand implements Callable<Integer> {
    private static final String PASSWORD = "benchpass";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int PEOPLE = 10;

    @Option(names = "--rounds", defaultValue = "5", description = "of how many the median is told (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "8", description = "of one measurement (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--callers", defaultValue = "10", description = "connections at once (${DEFAULT-VALUE})")
    private int callers;

    @Option(
            names = "--copies",
            defaultValue = "1",
            description = "of each mailbox of ours, a node each: 1 or 3 (${DEFAULT-VALUE})")
    private int copies;

    @Option(
            names = "--format",
            defaultValue = "maildir",
            description = "Dovecot's: maildir or mdbox (${DEFAULT-VALUE})")
    private String format = "maildir";

    @Option(names = "--base-port", defaultValue = "23000", description = "our first port (${DEFAULT-VALUE})")
    private int base;

    /** Whose mailbox is filled, where, and how many messages were acknowledged; our LMTP wants the account, too. */
    private record Person(String address, Optional<AccountId> account, String lmtp, String imap, AtomicLong taken) {}

    /** What is measured. */
    private record Server(String name, List<Person> people, Optional<Tls> tls, ProcessTree tree) {}

    /** One measurement. */
    private record Figures(double perSecond, ProcessTree.Cost cost) {}

    /** The same with both servers. */
    private record Round(Figures ours, Figures theirs) {
        double times() {
            return ours.perSecond / theirs.perSecond;
        }
    }

    /** How a message gets into a mailbox. */
    private enum Way {
        LMTP,
        APPEND
    }

    /** A connection over which a server is handed one message after the other, until it is closed. */
    private interface Sender extends AutoCloseable {
        /**
         * Returns when the message was acknowledged.
         *
         * @throws IOException if it was not
         */
        void send(byte[] letter) throws IOException;

        @Override
        void close() throws IOException;
    }

    private final Network network = new Network("bench", 1);
    private final Ids ids = Ids.secure(Clock.system());
    private final Letters letters = Letters.usual(7);
    private final AtomicLong sent = new AtomicLong();

    @Override
    public Integer call() throws IOException {
        if (copies != 1 && copies != 3) {
            throw new Malformed("--copies is 1 or 3, not " + copies);
        }
        Path folder = Bench.folder("bench-delivery");
        if (!Dovecot.delivers()) {
            System.err.println("./dev bench delivery compares with Debian's Dovecot: as root, apt-get install"
                    + " dovecot-imapd dovecot-lmtpd");
            return 2;
        }
        Path data = folder.resolve("ours");
        Plan plan = copies == 1 ? Bench.one(data, base) : Bench.three(data, base);
        boolean there;
        try (Dovecot dovecot = Dovecot.startDelivering(folder.resolve("dovecot"), format, PASSWORD);
                Cluster cluster = ProcessCluster.measured(plan, Bench.JARS)) {
            Bench.begin(cluster);
            System.out.printf(
                    Locale.ROOT,
                    "Merpati, %d cop%s; Dovecot %s, %s; messages of %.0f octets in the mean, %d callers%n",
                    copies,
                    copies == 1 ? "y" : "ies",
                    Dovecot.version(),
                    format,
                    letters.mean(),
                    callers);
            Server theirs = theirs(dovecot);
            Server ours = ours(cluster);
            List<Round> delivered = measure(Way.LMTP, ours, theirs);
            List<Round> appended = measure(Way.APPEND, ours, theirs);
            tellGoals(delivered, appended);
            boolean oursThere = counted(ours); // both are told
            there = counted(theirs) && oursThere;
        }
        if (there) {
            Up.delete(folder);
        }
        return there ? 0 : 1;
    }

    private static Server theirs(Dovecot dovecot) {
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            String address = "u" + i + "@bench.test";
            people.add(new Person(address, Optional.empty(), dovecot.lmtp(), dovecot.imap(), new AtomicLong()));
        }
        return new Server("Dovecot", people, Optional.empty(), new ProcessTree(dovecot.pid()));
    }

    private static Server ours(Cluster cluster) throws IOException {
        Plan plan = cluster.plan();
        List<Person> people = new ArrayList<>();
        for (String node : plan.nodes()) {
            String shard = "shard-" + (plan.nodes().indexOf(node) + 1);
            // The one that it prefers: another would hand it over in the midst of what is measured.
            Await.until(
                    () -> node + " leads " + shard,
                    LIMIT,
                    () -> cluster.led(node).contains(shard));
        }
        for (String address : cluster.accounts("u", PEOPLE, PASSWORD, LIMIT).keySet()) {
            JsonNode shown = cluster.askAny("account show", Map.of("address", address));
            AccountId account = AccountId.parse(shown.get("id").asString());
            String shard = shown.get("shard").asString();
            String owner = cluster.leader(shard).orElseThrow(() -> new IOException("nobody leads " + shard));
            Map<String, String> doors = plan.listeners(owner);
            people.add(new Person(
                    address,
                    Optional.of(account),
                    doors.getOrDefault("lmtp", ""),
                    doors.getOrDefault("imap", ""),
                    new AtomicLong()));
        }
        String node = plan.nodes().getFirst();
        FileIdentity identity =
                FileIdentity.open(new NodeName(node), plan.data(node).resolve("identity"));
        long[] pids = plan.nodes().stream().mapToLong(cluster::pid).toArray();
        return new Server("Merpati", people, Optional.of(Tls.mutual(identity.mutualTls())), new ProcessTree(pids));
    }

    private List<Round> measure(Way way, Server ours, Server theirs) throws IOException {
        System.out.printf(
                "%n%-8s %9s %9s %7s   CPU ms of a message: %9s %9s %7s; of ours %9s %9s %9s%n",
                way, "ours/s", "Dovecot/s", "ratio", "ours", "Dovecot", "ratio", "journal", "index", "rest");
        Figures their = run(theirs, way, seconds);
        tell("cold", List.of(new Round(run(ours, way, seconds), their)));
        Bench.warm(ours.tree, () -> run(ours, way, seconds));
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            their = run(theirs, way, seconds);
            all.add(new Round(run(ours, way, seconds), their));
            tell("", all.subList(i, i + 1));
        }
        tell("median", all);
        return all;
    }

    /** Both ways of ours against Dovecot's LMTP, the index not counted. */
    private static void tellGoals(List<Round> delivered, List<Round> appended) {
        double rate = median(delivered, r -> r.theirs.perSecond);
        double cpu = median(delivered, r -> r.theirs.cost.cpuMicros());
        ToDoubleFunction<Round> ours = r -> r.ours.cost.cpuMicros() - r.ours.cost.indexMicros();
        System.out.printf(
                Locale.ROOT,
                "%nof Dovecot's LMTP: messages by LMTP %.2f, by APPEND %.2f; CPU without the index %.2f, %.2f%n",
                median(delivered, r -> r.ours.perSecond) / rate,
                median(appended, r -> r.ours.perSecond) / rate,
                median(delivered, ours) / cpu,
                median(appended, ours) / cpu);
    }

    private static long taken(Server server) {
        return server.people.stream().mapToLong(person -> person.taken.get()).sum();
    }

    private static void tell(String name, List<Round> rounds) {
        System.out.printf(
                Locale.ROOT,
                "%-8s %9.0f %9.0f %7.2f   %-20s %9.2f %9.2f %7.2f  %7s %9.2f %9.2f %9.2f%n",
                name,
                median(rounds, r -> r.ours.perSecond),
                median(rounds, r -> r.theirs.perSecond),
                median(rounds, Round::times),
                "",
                median(rounds, r -> r.ours.cost.cpuMicros() / 1000),
                median(rounds, r -> r.theirs.cost.cpuMicros() / 1000),
                median(rounds, r -> r.ours.cost.cpuMicros() / r.theirs.cost.cpuMicros()),
                "",
                median(rounds, r -> r.ours.cost.journalMicros() / 1000),
                median(rounds, r -> r.ours.cost.indexMicros() / 1000),
                median(rounds, r -> r.ours.cost.restMicros() / 1000));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> of) {
        return Bench.median(rounds.stream().map(of::applyAsDouble).toList());
    }

    /** Hands in messages for a while over all connections. */
    private Figures run(Server server, Way way, int howLong) throws IOException {
        ProcessTree.Spent before = server.tree.spent();
        long began = System.nanoTime();
        long end = began + howLong * 1_000_000_000L;
        List<Callable<Long>> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Person person = server.people.get(i % PEOPLE);
            all.add(() -> call(server, person, way, end));
        }
        long messages = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            for (Future<Long> caller : threads.invokeAll(all)) {
                messages += caller.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException(server.name + " did not take a message: " + failed.getCause(), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stop);
        }
        double perSecond = messages * 1e9 / (System.nanoTime() - began);
        server.tree.awaitRest();
        return new Figures(perSecond, server.tree.spent().since(before, messages));
    }

    private long call(Server server, Person person, Way way, long end) throws IOException {
        long messages = 0;
        try (Sender sender = way == Way.LMTP ? lmtp(server, person) : append(person)) {
            do {
                sender.send(letters.letter(sent.getAndIncrement()));
                person.taken.incrementAndGet();
                messages++;
            } while (System.nanoTime() - end < 0);
        }
        return messages;
    }

    private Sender lmtp(Server server, Person person) throws IOException {
        SmtpClient client = SmtpClient.greet(
                network.connect(Configuration.address(person.lmtp), LIMIT, server.tls),
                "bench.test",
                true,
                Optional.empty(),
                LIMIT);
        return new Sender() {
            @Override
            public void send(byte[] letter) throws IOException {
                for (Reply reply : client.send(envelope(person), out -> out.write(letter), () -> {})) {
                    if (!reply.positive()) {
                        throw new IOException(reply.toString());
                    }
                }
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    /** An envelope as our MTA or any other would make it. */
    private Envelope envelope(Person person) {
        Optional<Address> sender = Optional.of(Address.parse("ann@remote.test"));
        Address address = Address.parse(person.address);
        return person.account
                .map(account -> new Envelope(
                        sender,
                        NodeParameters.mail(new MailId(ids.next()), ""),
                        List.of(new Envelope.Recipient(address, NodeParameters.recipient(0, account, "")))))
                .orElseGet(() -> new Envelope(sender, Map.of(), List.of(Envelope.Recipient.of(address))));
    }

    private static Sender append(Person person) throws IOException {
        MailProbe.Imap client = login(person);
        return new Sender() {
            @Override
            public void send(byte[] letter) throws IOException {
                String answer = client.literal("APPEND INBOX", letter).getLast();
                if (!answer.startsWith("OK")) {
                    throw new IOException(answer);
                }
            }

            @Override
            public void close() throws IOException {
                client.close();
            }
        };
    }

    private static MailProbe.Imap login(Person person) throws IOException {
        MailProbe.Imap client = new MailProbe.Imap(person.imap);
        client.ok("LOGIN " + person.address + " " + PASSWORD);
        return client;
    }

    /** Whether each INBOX has as many messages as were acknowledged; says so. */
    private static boolean counted(Server server) throws IOException {
        boolean right = true;
        for (Person person : server.people) {
            try (MailProbe.Imap client = login(person)) {
                long there = messages(client.ok("STATUS INBOX (MESSAGES)"));
                long taken = person.taken.get();
                if (there != taken) {
                    right = false;
                    System.out.printf("%s: %d acknowledged, %d there%n", person.address, taken, there);
                }
            }
        }
        System.out.printf(
                "%s: of %d acknowledged messages %s%n",
                server.name, taken(server), right ? "each is there" : "NOT ALL ARE THERE");
        return right;
    }

    /** What the answer to STATUS says of MESSAGES. */
    static long messages(List<String> answer) {
        for (String line : answer) {
            int at = line.indexOf("MESSAGES ");
            if (line.startsWith("* STATUS ") && at > 0) {
                return Long.parseLong(line.substring(at + 9).split("[ )]", 2)[0]);
            }
        }
        throw new Malformed("no MESSAGES in " + answer);
    }
}

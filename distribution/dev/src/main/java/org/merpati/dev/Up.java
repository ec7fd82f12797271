package org.merpati.dev;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.Pem;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.runtime.Configuration;
import org.merpati.smtp.Reply;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts a cluster, shows that a mail crosses it, and keeps it running. */
@Command(name = "up", mixinStandardHelpOptions = true, description = "Starts a cluster: one, three or six nodes.")
final class Up implements Callable<Integer> {
    private static final Duration READY = Duration.ofSeconds(120);
    /** How many accounts are asked for at once: some seconds' work. */
    private static final int PORTION = 1_000;

    private static final long ARRIVAL_NANOS = Duration.ofSeconds(30).toNanos();

    @Parameters(arity = "0..1", paramLabel = "LAYOUT", description = "one, three or six (default: six)")
    private String layout = "six";

    @Option(names = "--processes", description = "each node as its own JVM")
    private boolean processes;

    @Option(names = "--data", description = "where data are kept (default: .data in the project)")
    private @Nullable Path data;

    @Option(names = "--base-port", description = "first port; node k has base + 100·k on (default: ${DEFAULT-VALUE})")
    private int base = 21_000;

    @Option(names = "--accounts", description = "more accounts: PATTERN:COUNT:PASSWORD")
    private @Nullable String accounts;

    @Option(names = "--fresh", description = "forget the data of an earlier run")
    private boolean fresh;

    @Spec
    private @Nullable CommandSpec spec;

    private final CountDownLatch down = new CountDownLatch(1);
    private final long begun = System.nanoTime();

    private void say(String line) {
        System.out.printf("%5.1f s  %s%n", (System.nanoTime() - begun) / 1e9, line);
        System.out.flush();
    }

    @Override
    public Integer call() throws IOException {
        Optional<String[]> many = Dev.pattern(accounts);
        Path root = data == null ? Dev.ROOT.resolve(".data") : data.toAbsolutePath();
        Plan.check(layout);
        Path folder = root.resolve(layout + (processes ? "-processes" : ""));
        if (Control.answers(folder.resolve(Control.SOCKET))) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "a cluster runs in " + folder + " already: ./dev down stops it, --data DIR"
                            + " and --base-port N start another beside it");
        }
        if (fresh) {
            delete(folder);
        }
        System.setProperty("logback.configurationFile", "logback-dev.xml");
        System.setProperty("merpati.log", folder.resolve("dev.log").toString());
        Plan plan = new Plan(layout, Dev.ROOT.resolve("conf"), folder, port(folder), List.of(), Map.of());
        Files.createDirectories(folder);
        Cluster cluster = processes
                ? new ProcessCluster(plan, Dev.ROOT.resolve("distribution/target/merpati"))
                : new EmbeddedCluster(plan);
        // The socket goes last: whoever sees it gone may start the cluster again.
        try (Control _ = new Control(folder.resolve(Control.SOCKET), (verb, node) -> verb(cluster, verb, node));
                cluster) {
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
            run(cluster, many);
            down.await();
            say("stopping");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private boolean given() {
        return Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption("--base-port");
    }

    /** The first port is kept with the data: node certificates and groups remember addresses. */
    private int port(Path folder) throws IOException {
        Path kept = folder.resolve("base-port");
        if (Files.exists(kept)) {
            int first = Integer.parseInt(Files.readString(kept).strip());
            if (first != base && given()) {
                say("the ports begin at " + first + ", which is kept with the data: --base-port goes with --fresh");
            }
            return first;
        }
        if (base < 1_024 || base > 64_000) {
            throw new Malformed("--base-port is 1024 to 64000");
        }
        Files.createDirectories(folder);
        Files.writeString(kept, base + "\n");
        return base;
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private String verb(Cluster cluster, String verb, String node) throws IOException {
        switch (verb) {
            case "down" -> down.countDown();
            case "kill" -> cluster.kill(node);
            case "start" -> cluster.start(node);
            case "pause" -> cluster.pause(node);
            case "resume" -> cluster.resume(node);
            default -> throw new IOException("no verb '" + verb + "'");
        }
        if (verb.equals("start") || verb.equals("kill")) {
            Endpoints.write(Dev.ENDPOINTS, cluster, Dev.accounts(cluster.plan().folder()));
        }
        return verb + (node.isEmpty() ? "" : " " + node) + ": done";
    }

    private void run(Cluster cluster, Optional<String[]> many) throws IOException {
        Plan plan = cluster.plan();
        say("layout " + plan.layout() + ": " + String.join(", ", plan.nodes()));
        Map<String, String> people = Dev.accounts(plan.folder());
        Optional<String> made = cluster.prepare();
        made.ifPresent(password -> people.put("admin@" + plan.domain(), password));
        if (made.isPresent()) {
            say("the cluster is made, in " + plan.folder());
        }
        for (String node : plan.nodes()) {
            plan.addresses(node).forEach((name, address) -> refuseTaken(node, name, address));
        }
        cluster.startAll();
        say("started; waiting until every group has a leader");
        cluster.awaitReady(plan.nodes(), READY, missing -> say("waiting: " + missing));
        say("every node is ready");
        accounts(cluster, people, many);
        Endpoints.write(Dev.ENDPOINTS, cluster, people);
        boolean arrived = firstMail(plan, people);
        tell(cluster, people);
        if (!arrived) {
            throw new IOException("the first mail did not arrive: ./dev logs NODE");
        }
    }

    /** Says it before any node runs, and with the way out. */
    private void refuseTaken(String node, String name, String address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(Configuration.address(address));
        } catch (IOException taken) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    address + ", for " + name + " of node " + node + ", cannot be had: " + taken.getMessage()
                            + "; end the program that uses it, or take other ports: ./dev up " + layout
                            + (processes ? " --processes" : "") + " --fresh --base-port N");
        }
    }

    private void accounts(Cluster cluster, Map<String, String> people, Optional<String[]> many) throws IOException {
        String domain = cluster.plan().domain();
        for (String name : List.of("budi", "sari")) {
            String address = name + "@" + domain;
            if (!people.containsKey(address)) {
                String password = name + "-" + Long.toString(System.nanoTime() & 0xffffff, 36);
                cluster.askAny("account add", Map.of("address", address, "password", password));
                people.put(address, password);
            }
        }
        StringBuilder kept = new StringBuilder();
        people.forEach((address, password) ->
                kept.append(address).append(' ').append(password).append('\n'));
        Pem.writeSecret(cluster.plan().folder().resolve("accounts"), kept.toString());
        if (many.isPresent()) {
            makeMany(cluster, many.get());
        }
    }

    private void makeMany(Cluster cluster, String[] parts) {
        int all = Integer.parseInt(parts[1]);
        say("making " + all + " accounts " + parts[0]);
        for (int first = 0; first < all; first += PORTION) {
            int count = Math.min(PORTION, all - first);
            cluster.askAny(
                    "accounts add",
                    Map.of(
                            "pattern",
                            parts[0],
                            "first",
                            Integer.toString(first),
                            "count",
                            Integer.toString(count),
                            "password",
                            parts[2]));
            say((first + count) + " of " + all + " accounts are there");
        }
    }

    private boolean firstMail(Plan plan, Map<String, String> people) throws IOException {
        String to = "budi@" + plan.domain();
        String id = "first-" + System.currentTimeMillis() + "@example.net";
        byte[] message = MailProbe.message("outside@example.net", to, "The first mail", id);
        String server = plan.all("smtp").getFirst();
        Reply reply = MailProbe.send(server, "outside@example.net", List.of(to), message);
        say("SMTP " + server + " takes a mail from outside for " + to + ": " + reply);
        long end = System.nanoTime() + ARRIVAL_NANOS;
        String door = plan.all("imap").getFirst();
        while (System.nanoTime() < end) {
            try (MailProbe.Imap imap = new MailProbe.Imap(door)) {
                imap.ok("LOGIN " + to + " " + people.get(to));
                imap.ok("SELECT INBOX");
                List<String> found = imap.ok("SEARCH HEADER Message-ID " + id);
                if (found.getFirst().matches("\\* SEARCH \\d+.*")) {
                    say("IMAP " + door + " shows it in the INBOX of " + to);
                    return true;
                }
            } catch (IOException | Failure notYet) {
                say("IMAP " + door + ": " + notYet.getMessage());
            }
            LockSupport.parkNanos(200_000_000);
        }
        return false;
    }

    private void tell(Cluster cluster, Map<String, String> people) {
        Plan plan = cluster.plan();
        Map<String, String> shown = new LinkedHashMap<>(people);
        System.out.println("\nEndpoints (also in " + Dev.ENDPOINTS + "):");
        for (String node : plan.nodes()) {
            System.out.printf("  %-10s %-32s", node, String.join(",", plan.roles(node)));
            plan.listeners(node).forEach((name, address) -> System.out.print(" " + name + "=" + address));
            System.out.println();
        }
        System.out.println("\nAccounts:");
        shown.forEach((address, password) -> System.out.println("  " + address + "  " + password
                + (address.startsWith("admin@") ? "   (must be changed at the first login, in the console)" : "")));
        String first = plan.nodes().getFirst();
        System.out.println("\nThe CA's certificate: " + plan.data(first).resolve("identity/ca.crt"));
        System.out.println("Logins in clear are allowed from this machine; that is for trying out only.");
        String imaps = plan.all("imaps").getFirst();
        System.out.println("\nThunderbird: IMAP server 127.0.0.1, port " + imaps.substring(imaps.indexOf(':') + 1)
                + ", SSL/TLS, password; outgoing 127.0.0.1, port "
                + plan.all("smtps").getFirst().replaceAll(".*:", "") + ", SSL/TLS; user name budi@" + plan.domain());
        String victim = plan.nodes().stream()
                .filter(n -> plan.roles(n).contains("mailbox"))
                .findFirst()
                .orElse(first);
        System.out.println("\nTry next:  ./dev status");
        System.out.println(
                "           ./dev kill " + victim + "        and read on: the mailboxes move to another node");
        System.out.println("           ./dev mail you@example.net budi@" + plan.domain());
        System.out.println("           ./dev down");
        System.out.flush();
    }
}

package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.node.door.AdminClient;
import org.merpati.smtp.Reply;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The part of {@code ./dev} that needs a JVM: a cluster on this machine and what can be done with it. */
@Command(
        name = "./dev",
        mixinStandardHelpOptions = true,
        description = "Runs a whole cluster on this machine.",
        subcommands = {Up.class, Bench.class})
public final class Dev implements Runnable {
    static final Path ROOT =
            Path.of(System.getProperty("merpati.root", ".")).toAbsolutePath().normalize();
    static final Path ENDPOINTS = ROOT.resolve("target/dev/endpoints.json");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LAST_LINES = 200;
    /** How long a node that may be frozen is waited for. */
    private static final Duration ANSWER = Duration.ofSeconds(3);

    private static final Duration STOP = Duration.ofSeconds(60);

    /** Runs the command line. */
    public static void main(String[] arguments) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(new CommandLine(new Dev())
                .setExecutionExceptionHandler(
                        (failure, line, parsed) -> org.merpati.node.Main.failed("./dev", failure, line.getErr()))
                .execute(arguments));
    }

    @Override
    public void run() {
        new CommandLine(this).usage(System.out);
    }

    private static JsonNode endpoints() throws IOException {
        if (!Files.exists(ENDPOINTS)) {
            throw new IOException("no cluster runs: ./dev up");
        }
        return JSON.readTree(Files.readString(ENDPOINTS));
    }

    static Path folder() throws IOException {
        return Path.of(text(endpoints(), "folder"));
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null ? "" : value.asString();
    }

    private static String control(String verb, String node) throws IOException {
        Path socket = folder().resolve(Control.SOCKET);
        if (!Control.answers(socket)) {
            throw new IOException("no cluster runs: ./dev up");
        }
        return Control.ask(socket, verb, node);
    }

    @Command(name = "down", mixinStandardHelpOptions = true, description = "Stops the cluster; its data stay.")
    int down() throws IOException {
        Path socket = folder().resolve(Control.SOCKET);
        String said = control("down", "");
        Await.until(() -> "the cluster ends", STOP, () -> !Control.answers(socket));
        System.out.println(said);
        return 0;
    }

    @Command(name = "kill", mixinStandardHelpOptions = true, description = "Ends a node without a goodbye (kill -9).")
    int kill(@Parameters(paramLabel = "NODE") String node) throws IOException {
        System.out.println(control("kill", node));
        return 0;
    }

    @Command(name = "start", mixinStandardHelpOptions = true, description = "Starts a node that was ended.")
    int start(@Parameters(paramLabel = "NODE") String node) throws IOException {
        System.out.println(control("start", node));
        return 0;
    }

    @Command(name = "pause", mixinStandardHelpOptions = true, description = "Freezes a node (process form).")
    int pause(@Parameters(paramLabel = "NODE") String node) throws IOException {
        System.out.println(control("pause", node));
        return 0;
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Lets a frozen node go on.")
    int resume(@Parameters(paramLabel = "NODE") String node) throws IOException {
        System.out.println(control("resume", node));
        return 0;
    }

    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows every node and its groups.")
    int status(@Option(names = "--json", description = "answer in JSON") boolean json) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("status", "--data", answering().toString()));
        if (json) {
            arguments.add("--json");
        }
        return org.merpati.node.Main.execute(arguments);
    }

    /** The data folder of the first node that answers. */
    private static Path answering() throws IOException {
        IOException last = new IOException("no node runs: ./dev up");
        for (JsonNode node : endpoints().get("nodes")) {
            Path data = Path.of(text(node, "data"));
            if (Files.exists(data.resolve("admin.sock"))) {
                try {
                    AdminClient.ask(data, "self", Map.of(), ANSWER);
                    return data;
                } catch (Failure away) {
                    last = new IOException(away.sentence());
                }
            }
        }
        throw last;
    }

    @Command(
            name = "mail",
            mixinStandardHelpOptions = true,
            description = "Sends a mail by SMTP, as a server outside would.")
    int mail(
            @Parameters(paramLabel = "FROM") String from,
            @Parameters(paramLabel = "TO") String to,
            @Parameters(paramLabel = "FILE", arity = "0..1") @Nullable Path file)
            throws IOException {
        byte[] message = file == null
                ? MailProbe.message(from, to, "A mail from ./dev", System.nanoTime() + "@dev.example.net")
                : Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                        .replaceAll("\r?\n", "\r\n")
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        IOException last = new IOException("no MTA is configured");
        for (JsonNode server : endpoints().get("public").get("smtp")) {
            try {
                Reply reply = MailProbe.send(server.asString(), from, List.of(to), message);
                System.out.println(server.asString() + " says " + reply);
                return reply.positive() ? 0 : 1;
            } catch (IOException away) {
                last = away;
            }
        }
        throw last;
    }

    @Command(
            name = "trace",
            mixinStandardHelpOptions = true,
            description = "Shows what became of a mail, by its id: as the groups know it, and in the logs.")
    int trace(@Parameters(paramLabel = "ID") String id) throws IOException {
        int known = org.merpati.node.Main.execute(
                List.of("trace", id, "--data", answering().toString()));
        List<String> found = new ArrayList<>();
        for (Path log : logs()) {
            String name = String.valueOf(log.getFileName()).replace(".log", "");
            try (Stream<String> lines = Files.lines(log, java.nio.charset.StandardCharsets.ISO_8859_1)) {
                lines.filter(l -> l.contains(" mail ") && l.contains(id))
                        .forEach(l -> found.add(l.substring(0, Math.min(24, l.length()))
                                + String.format(" %-10s ", name)
                                + l.substring(Math.min(24, l.length()))));
            }
        }
        found.sort(null);
        found.forEach(System.out::println);
        return known;
    }

    private static List<Path> logs() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
        }
    }

    @Command(name = "logs", mixinStandardHelpOptions = true, description = "Shows the last lines of a node's log.")
    int logs(@Parameters(paramLabel = "NODE") String node) throws IOException {
        List<String> nodes = new ArrayList<>();
        endpoints().get("nodes").forEach(known -> nodes.add(text(known, "name")));
        if (!nodes.contains(node)) {
            throw new Malformed("no node '" + node + "': " + String.join(", ", nodes));
        }
        Path own = folder().resolve(node + ".log");
        Path log = Files.exists(own) ? own : folder().resolve("dev.log");
        if (!Files.exists(log)) {
            throw new IOException("there is no log of " + node + " in " + folder());
        }
        List<String> lines = Files.readAllLines(log, java.nio.charset.StandardCharsets.ISO_8859_1);
        lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).forEach(System.out::println);
        return 0;
    }

    /** The accounts that are kept with the data: address to password. */
    static Map<String, String> accounts(Path folder) throws IOException {
        Map<String, String> accounts = new LinkedHashMap<>();
        Path file = folder.resolve("accounts");
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                if (space > 0) {
                    accounts.put(line.substring(0, space), line.substring(space + 1));
                }
            }
        }
        return accounts;
    }

    /** Reads {@code PATTERN:COUNT:PASSWORD}. */
    static Optional<String[]> pattern(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        String[] parts = text.split(":", 3);
        if (parts.length != 3 || !parts[0].contains("%d") || !parts[1].matches("\\d{1,6}")) {
            throw new Malformed("--accounts is PATTERN:COUNT:PASSWORD; the pattern has %d where the number goes");
        }
        return Optional.of(parts);
    }
}

package org.merpati.node;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.SecretFile;
import org.merpati.kernel.Failure;
import org.merpati.kernel.NodeName;
import org.merpati.node.filter.FilterCommand;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;
import org.merpati.runtime.NodeStatus;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line {@code merpati}: runs a node, makes a cluster, and asks a running node to do things. */
@Command(
        name = "merpati",
        mixinStandardHelpOptions = true,
        version = "merpati " + Node.VERSION,
        description = "A highly available mail server.",
        subcommands = {
            Main.Run.class,
            Main.InitCommand.class,
            Main.Status.class,
            Main.Trace.class,
            Main.VerifyCommand.class,
            Main.Repair.class,
            Main.DomainCommand.class,
            AccountCommand.class,
            UndeleteCommand.class,
            SpamCommand.class,
            FilterCommand.class,
            FilterCommand.Rules.class,
            Main.NodeCommand.class
        })
public final class Main {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int FAILED = 1;

    /** Runs the command line. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Runs a command of the command line in this process. */
    public static int execute(List<String> arguments) {
        return commandLine().execute(arguments.toArray(new String[0]));
    }

    /** Runs a command in this process that says what it says, and what is wrong, to these. */
    public static int execute(List<String> arguments, PrintWriter out, PrintWriter err) {
        return commandLine().setOut(out).setErr(err).execute(arguments.toArray(new String[0]));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((failure, line, parsed) -> {
            if (failure instanceof Failure || failure instanceof IOException) {
                line.getErr().println("merpati: " + failure.getMessage());
                return FAILED;
            }
            throw failure;
        });
    }

    /** Runs a node until it is told to stop. */
    @Command(name = "run", mixinStandardHelpOptions = true, description = "Runs the node of a configuration file.")
    static final class Run implements Runnable {
        @Option(names = "--conf", required = true, description = "the node's configuration file")
        private Path conf = Path.of("merpati.toml");

        @Option(names = "--print-config", description = "print every key with its value, and stop")
        private boolean print;

        @Override
        public void run() {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
            var read = Configuration.read(conf, NodeConfig.class);
            read.table().forEach(System.out::println);
            if (print) {
                return;
            }
            try {
                Node node = new Node(read.value());
                CountDownLatch stopped = new CountDownLatch(1);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    node.close();
                    stopped.countDown();
                }));
                System.out.println("merpati: node " + read.value().node() + " is up");
                stopped.await();
            } catch (IOException cannot) {
                throw new org.merpati.kernel.Refused(
                        org.merpati.kernel.Refused.Reason.CANNOT, String.valueOf(cannot.getMessage()));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Makes a cluster. */
    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Makes a new cluster from a folder of node files; run it on the first directory node.")
    static final class InitCommand implements java.util.concurrent.Callable<Integer> {
        @Parameters(index = "0", description = "the folder with one file for each node, such as conf/six")
        private Path folder = Path.of("conf");

        @Override
        public Integer call() throws IOException {
            Init.Made made = Init.run(folder);
            System.out.println("administrator: " + made.administrator());
            System.out.println("password:      " + made.password() + "   (said once; change it at the first login)");
            for (Map.Entry<NodeName, SecretFile> secret : made.secrets().entrySet()) {
                Path file = folder.resolve(secret.getKey() + ".secret");
                secret.getValue().write(file);
                System.out.println("copy " + file + " to the data folder of " + secret.getKey() + " as 'secret'");
            }
            return 0;
        }
    }

    /** What the commands that ask a running node share: which node, how it is asked, and how its answer is said. */
    static final class Door {
        @Option(names = "--data", description = "the data folder of a node on this machine (default: ${DEFAULT-VALUE})")
        private Path data = Path.of("/var/lib/merpati");

        @Option(names = "--json", description = "answer in JSON")
        private boolean json;

        @Spec(Spec.Target.MIXEE)
        private @Nullable CommandSpec command;

        /** Where the command says what it has to say. */
        PrintWriter out() {
            return Objects.requireNonNull(command).commandLine().getOut();
        }

        boolean json() {
            return json;
        }

        JsonNode ask(String operation, Map<String, String> parameters) {
            return AdminClient.ask(data, operation, parameters);
        }

        /** Says an answer as it came. */
        int raw(JsonNode answer) {
            out().println(JSON.writeValueAsString(answer));
            return 0;
        }

        /** Says an answer of texts, a line each. */
        int lines(JsonNode answer) {
            if (json) {
                return say(answer);
            }
            answer.forEach(line -> out().println(line.asString()));
            return 0;
        }

        /** Says an answer of names and values, a line each. */
        int table(JsonNode answer) {
            if (json) {
                return raw(answer);
            }
            answer.properties()
                    .forEach(p ->
                            out().printf("%-10s %s%n", p.getKey(), p.getValue().asString()));
            return 0;
        }

        int say(JsonNode answer) {
            out().println(json ? JSON.writeValueAsString(Map.of("ok", answer)) : answer.asString());
            return 0;
        }
    }

    /** Shows the cluster. */
    @Command(name = "status", mixinStandardHelpOptions = true, description = "Shows every node and its groups.")
    static final class Status implements java.util.concurrent.Callable<Integer> {
        @CommandLine.Mixin
        private Door door = new Door();

        @Override
        public Integer call() {
            JsonNode rows = door.ask("status", Map.of());
            if (door.json()) {
                return door.raw(rows);
            }
            for (JsonNode row : rows) {
                door.out().printf("%s", text(NodeStatus.of(JSON.writeValueAsBytes(row))));
            }
            return 0;
        }

        static String text(NodeStatus node) {
            StringBuilder text = new StringBuilder(
                    "%-12s %-9s %s%n".formatted(node.name(), node.state(), String.join(" ", node.roles())));
            for (NodeStatus.Group group : node.groups()) {
                text.append("    %-16s %-10s epoch %-4d applied %-8d %s%n"
                        .formatted(group.name(), group.role(), group.epoch(), group.applied(), lag(group)));
            }
            node.services().stream()
                    .filter(s -> !s.ready())
                    .forEach(s -> text.append("    ! ")
                            .append(s.name())
                            .append(": ")
                            .append(s.sentence())
                            .append('\n'));
            return text.toString();
        }

        private static String lag(NodeStatus.Group group) {
            List<String> behind = new ArrayList<>();
            group.lag().forEach((node, entries) -> behind.add(node + " -" + entries));
            return String.join(", ", behind);
        }
    }

    /** Shows what became of a mail. */
    @Command(
            name = "trace",
            mixinStandardHelpOptions = true,
            description = "Shows what became of a mail, by the id that the server answered with.")
    static final class Trace implements java.util.concurrent.Callable<Integer> {
        @CommandLine.Mixin
        private Door door = new Door();

        @Parameters(paramLabel = "ID", description = "the id, as in the answer to DATA")
        private String id = "";

        @Override
        public Integer call() {
            JsonNode lines = door.ask("trace", Map.of("id", id));
            if (lines.isEmpty() && !door.json()) {
                throw new org.merpati.kernel.Refused(
                        org.merpati.kernel.Refused.Reason.NONEXISTENT, "no spool and no shard knows the mail " + id);
            }
            return door.lines(lines);
        }
    }

    /** Proves that the copies of shards are equal and sound. */
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Compares all copies of a shard, or of all shards, while they serve: every mailbox by a digest at the"
                        + " same place of the log, every row and body of each copy with the others.",
                "Ends with 0 if all is well, and with 1 and a sentence for each thing that is not."
            })
    static final class VerifyCommand implements java.util.concurrent.Callable<Integer> {
        @CommandLine.Mixin
        private Door door = new Door();

        @Parameters(arity = "0..1", paramLabel = "SHARD", description = "the shard, such as shard-1; default: all")
        private @Nullable String shard;

        @Override
        public Integer call() {
            JsonNode reports = door.ask("verify", shard == null ? Map.of() : Map.of("shard", shard));
            boolean well = true;
            for (JsonNode report : reports) {
                well &= report.get("wrong").isEmpty();
                if (!door.json()) {
                    door.out().printf("%s", text(report));
                }
            }
            if (door.json()) {
                door.raw(reports);
            }
            return well ? 0 : FAILED;
        }

        private static String text(JsonNode report) {
            StringBuilder text = new StringBuilder();
            List<String> nodes = new ArrayList<>();
            report.get("copies").forEach(node -> nodes.add(node.asString()));
            text.append("%s: %s; digests compared: %d%n"
                    .formatted(
                            report.get("shard").asString(),
                            report.get("wrong").isEmpty()
                                    ? "the copies on " + String.join(" and ", nodes) + " are equal and sound"
                                    : report.get("wrong").size() + " things are wrong",
                            report.get("mailboxes").asInt()));
            report.get("wrong")
                    .forEach(wrong ->
                            text.append("    ! ").append(wrong.asString()).append('\n'));
            return text.toString();
        }
    }

    /** Mends a copy. */
    @Command(
            name = "repair",
            mixinStandardHelpOptions = true,
            description = "Mends this node's copy of a group: what is not sound here is fetched from another node.")
    static final class Repair implements java.util.concurrent.Callable<Integer> {
        @CommandLine.Mixin
        private Door door = new Door();

        @Parameters(paramLabel = "GROUP", description = "the group, such as shard-1")
        private String group = "";

        @Override
        public Integer call() {
            return door.say(door.ask("repair", Map.of("group", group)));
        }
    }

    /** Domains. */
    @Command(name = "domain", mixinStandardHelpOptions = true, description = "Manages domains.")
    static final class DomainCommand {
        @Command(name = "add", mixinStandardHelpOptions = true, description = "Makes a domain.")
        int add(@CommandLine.Mixin Door door, @Parameters(paramLabel = "DOMAIN") String domain) throws IOException {
            return door.say(door.ask("domain add", Map.of("domain", domain)));
        }
    }

    /** Nodes. */
    @Command(name = "node", mixinStandardHelpOptions = true, description = "Manages nodes.")
    static final class NodeCommand {
        @Command(
                name = "drain",
                mixinStandardHelpOptions = true,
                description = {
                    "Takes a node out of service without a loss for anyone: it takes no new connections, and what it"
                            + " leads goes to others.",
                    "Ends with 0 and 'safe to stop', or with 1 and what is still missing. Started again, the node"
                            + " serves as before."
                })
        int drain(
                @CommandLine.Mixin Door door,
                @Parameters(paramLabel = "NODE") String name,
                @Option(
                                names = "--wait",
                                paramLabel = "SECONDS",
                                description = "how long at most (default: ${DEFAULT-VALUE})",
                                defaultValue = "120")
                        int wait)
                throws InterruptedException {
            long end = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
            JsonNode said = JSON.createArrayNode();
            for (JsonNode left = door.ask("node drain", Map.of("node", name)); ; ) {
                if (!door.json() && !left.equals(said)) {
                    door.lines(left);
                }
                said = left;
                if (left.isEmpty() || System.nanoTime() > end) {
                    break;
                }
                Thread.sleep(500);
                left = door.ask("node drain", Map.of("node", name));
            }
            if (door.json()) {
                door.say(said);
            } else {
                door.out().println("node " + name + (said.isEmpty() ? ": safe to stop" : ": not safe to stop yet"));
            }
            return said.isEmpty() ? 0 : FAILED;
        }

        @Command(
                name = "undrain",
                mixinStandardHelpOptions = true,
                description = "Takes a drained node, that was not stopped, into service again.")
        int undrain(@CommandLine.Mixin Door door, @Parameters(paramLabel = "NODE") String name) {
            return door.say(door.ask("node undrain", Map.of("node", name)));
        }

        @Command(name = "token", mixinStandardHelpOptions = true, description = "Makes a join token for a node.")
        int token(@CommandLine.Mixin Door door, @Parameters(paramLabel = "NODE") String name) throws IOException {
            return door.say(door.ask("node token", Map.of("node", name)));
        }
    }
}

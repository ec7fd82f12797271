package org.merpati.node.command;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Nodes. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = "Manages nodes.",
        subcommands = NodeAddCommand.class)
public final class NodeCommand {
    private static final int FAILED = 1;
    private static final Duration LOOK = Duration.ofMillis(500);

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
            @Mixin Door door,
            @Parameters(paramLabel = "NODE") String name,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            description = "how long at most (default: ${DEFAULT-VALUE})",
                            defaultValue = "120")
                    int wait) {
        long end = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
        JsonNode left = lacking(door, name, MissingNode.getInstance());
        while (!left.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK.toNanos());
            left = lacking(door, name, left);
        }
        if (door.json()) {
            door.say(left);
        } else {
            door.out().println("node " + name + (left.isEmpty() ? ": safe to stop" : ": not safe to stop yet"));
        }
        return left.isEmpty() ? 0 : FAILED;
    }

    /** What has to be waited for, which is said if it is not what was lacking before. */
    private static JsonNode lacking(Door door, String node, JsonNode before) {
        JsonNode left = door.ask("node drain", Map.of("node", node));
        if (!door.json() && !left.equals(before)) {
            door.lines(left);
        }
        return left;
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = {
                "Takes a node out of the cluster for good, while the cluster serves: its accounts move to other shards,"
                        + " its mails are delivered, and it is believed no more.",
                "It goes on by itself, whoever dies meanwhile; this command begins it and waits. Ends with 0 when the"
                        + " node is out, or with 1 and what is still to be done."
            })
    int remove(
            @Mixin Door door,
            @Parameters(paramLabel = "NODE") String name,
            @Option(names = "--dead", description = "the node will never come back: it is not asked for anything")
                    boolean dead,
            @Option(names = "--force", description = "even if groups survive fewer deaths without it") boolean force,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            description = "how long at most (default: ${DEFAULT-VALUE})",
                            defaultValue = "600")
                    int wait) {
        long end = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
        Map<String, String> asked =
                Map.of("node", name, "dead", Boolean.toString(dead), "force", Boolean.toString(force));
        JsonNode left = MissingNode.getInstance();
        do {
            JsonNode now = door.ask("node remove", asked);
            if (!door.json() && !now.equals(left)) {
                door.lines(now);
            }
            left = now;
            if (!left.isEmpty()) {
                LockSupport.parkNanos(LOOK.toNanos());
            }
        } while (!left.isEmpty() && System.nanoTime() < end);
        if (door.json()) {
            door.say(left);
        } else {
            door.out()
                    .println("node " + name
                            + (left.isEmpty() ? " is taken out of the cluster" : " is still being taken out"));
        }
        return left.isEmpty() ? 0 : FAILED;
    }

    @Command(
            name = "undrain",
            mixinStandardHelpOptions = true,
            description = "Takes a drained node, that was not stopped, into service again.")
    int undrain(@Mixin Door door, @Parameters(paramLabel = "NODE") String name) {
        return door.say(door.ask("node undrain", Map.of("node", name)));
    }

    @Command(
            name = "token",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a token for a node to join with an empty data folder, the first time or since its disk is lost.",
                "On a node that votes in the directory, and while NODE is down. What NODE had comes back from the other"
                        + " copies; a data folder of before is not let in any more.",
                "NODE's secret file, mode 0600, holds it ('token = ...'); where NODE votes in the directory, also the"
                        + " CA's passphrase, as in the secret files of the other directory nodes."
            })
    int token(@Mixin Door door, @Parameters(paramLabel = "NODE") String name) throws IOException {
        return door.say(door.ask("node token", Map.of("node", name)));
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Shows how the cluster is laid out: its nodes and the groups that each has data of.",
                "A group with * is led there when all is well."
            })
    int list(@Mixin Door door) {
        JsonNode rows = door.ask("node list", Map.of());
        if (door.json()) {
            return door.raw(rows);
        }
        for (JsonNode row : rows) {
            String name = row.get("node").asString();
            String state = row.get("up").asString().equals("true") ? "up" : "away";
            String roles = row.get("roles").asString();
            door.out()
                    .printf(
                            "%-12s %-5s %-24s %s%n",
                            name, state, row.get("host").asString(), roles);
            door.out().printf("    %s%n", row.get("groups").asString());
            if (row.has("leaving")) {
                door.out()
                        .printf(
                                "    is being taken out: %s%n",
                                row.get("leaving").asString());
            }
        }
        return 0;
    }
}

package org.merpati.node.command;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Where mailboxes are. */
@Command(name = "mailbox", mixinStandardHelpOptions = true, description = "Moves mailboxes between shards.")
public final class MailboxCommand {
    private static final int FAILED = 1;
    private static final Duration LOOK = Duration.ofMillis(500);

    @Command(
            name = "move",
            mixinStandardHelpOptions = true,
            description = {
                "Has an account's mailboxes move to another shard while they are in use, or those of all accounts leave"
                        + " a node.",
                "Its people are logged out once, for the moment in which the last changes are taken over. Whatever dies"
                        + " meanwhile, the move goes on by itself."
            })
    int move(
            @Mixin Door door,
            @Parameters(paramLabel = "ADDRESS", arity = "0..1") @Nullable String address,
            @Parameters(paramLabel = "SHARD", arity = "0..1") @Nullable String shard,
            @Option(names = "--evacuate", paramLabel = "NODE", description = "all accounts, away from this node")
                    @Nullable
                    String evacuate,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            description = "wait for it so long at most; ends with 1 if it is not done by then")
                    @Nullable
                    Integer wait) {
        if (evacuate == null ? address == null || shard == null : address != null) {
            throw new Malformed("either an address and a shard, or --evacuate and a node");
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        if (evacuate != null) {
            parameters.put("evacuate", evacuate);
        } else if (address != null && shard != null) {
            parameters.putAll(Map.of("address", address, "shard", shard));
        }
        int said = door.say(door.ask("mailbox move", parameters));
        return wait == null ? said : await(door, Duration.ofSeconds(wait), address);
    }

    private static int await(Door door, Duration limit, @Nullable String address) {
        long end = System.nanoTime() + limit.toNanos();
        while (moving(door, address)) {
            if (System.nanoTime() > end) {
                return FAILED;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
        return 0;
    }

    private static boolean moving(Door door, @Nullable String address) {
        for (JsonNode row : door.ask("mailbox moves", Map.of())) {
            if (address == null || row.get("address").asString().equalsIgnoreCase(address)) {
                return true;
            }
        }
        return false;
    }

    @Command(
            name = "moves",
            mixinStandardHelpOptions = true,
            description = "Shows the moves that are not done yet, how far they are and about how long they take.")
    int moves(@Mixin Door door) {
        JsonNode rows = door.ask("mailbox moves", Map.of());
        if (door.json()) {
            return door.raw(rows);
        }
        for (JsonNode row : rows) {
            door.out()
                    .printf(
                            "%-30s %s -> %s  %s, %s of %s octets%s%s%n",
                            row.get("address").asString(),
                            row.get("from").asString(),
                            row.get("to").asString(),
                            row.get("state").asString(),
                            row.path("octets").asString("0"),
                            row.path("of").asString("?"),
                            row.has("left") ? ", about " + row.get("left").asString() + " left" : "",
                            row.has("waits") ? "; waits: " + row.get("waits").asString() : "");
        }
        return 0;
    }
}

package org.merpati.node.command;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code merpati undelete}. */
@Command(
        name = "undelete",
        mixinStandardHelpOptions = true,
        description = {
            "Brings back messages that were removed, into the mailboxes that they were in, under new UIDs;"
                    + " mailboxes that are gone are made again.",
            "How long a removed message is kept: limits.undelete in the configuration."
        })
public final class UndeleteCommand implements Callable<Integer> {
    @Mixin
    private Door door = new Door();

    @Parameters(paramLabel = "ADDRESS", description = "whose messages")
    private String address = "";

    @Option(names = "--mailbox", description = "only what was in this mailbox")
    private @Nullable String mailbox;

    @Option(names = "--last", description = "only what was removed within that time, such as 2h or 3d")
    private @Nullable String last;

    @Option(
            names = "--list",
            description = "only show what could be had back, the last removed first; with --json an object a page")
    private boolean list;

    @Override
    public Integer call() {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("address", address));
        Optional.ofNullable(last).ifPresent(time -> parameters.put("last", time));
        if (!list) {
            Optional.ofNullable(mailbox).ifPresent(name -> parameters.put("mailbox", name));
            return door.say(door.ask("undelete", parameters));
        }
        String next;
        do {
            JsonNode page = door.ask("removed", parameters);
            if (door.json()) {
                door.raw(page);
            } else {
                page.get("messages").forEach(this::show);
            }
            next = page.get("next").asString();
            parameters.put("before", next);
        } while (!next.isEmpty());
        return 0;
    }

    private void show(JsonNode row) {
        if (mailbox == null || mailbox.equals(row.get("mailbox").asString())) {
            door.out()
                    .printf(
                            "%s  %-12s %8d  %-30s %s%n",
                            Instant.ofEpochMilli(row.get("millis").asLong()),
                            row.get("mailbox").asString(),
                            row.get("size").asInt(),
                            row.get("from").asString(),
                            row.get("subject").asString());
        }
    }
}

package org.merpati.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Proves that the copies of shards are equal and sound. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Compares all copies of a shard, or of all shards, while they serve: every mailbox by a digest at the"
                    + " same place of the log, every row and body of each copy with the others.",
            "Ends with 0 if all is well, and with 1 and a sentence for each thing that is not."
        })
public final class VerifyCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Mixin
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
                .forEach(wrong -> text.append("    ! ").append(wrong.asString()).append('\n'));
        return text.toString();
    }
}

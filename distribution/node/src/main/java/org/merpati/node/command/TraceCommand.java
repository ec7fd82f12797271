package org.merpati.node.command;

import java.util.Map;
import java.util.concurrent.Callable;
import org.merpati.kernel.Refused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Shows what became of a mail. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Shows what became of a mail, by the id that the server answered with.")
public final class TraceCommand implements Callable<Integer> {
    @Mixin
    private Door door = new Door();

    @Parameters(paramLabel = "ID", description = "the id, as in the answer to DATA")
    private String id = "";

    @Override
    public Integer call() {
        JsonNode lines = door.ask("trace", Map.of("id", id));
        if (lines.isEmpty() && !door.json()) {
            throw new Refused(Refused.Reason.NONEXISTENT, "no spool and no shard knows the mail " + id);
        }
        return door.lines(lines);
    }
}

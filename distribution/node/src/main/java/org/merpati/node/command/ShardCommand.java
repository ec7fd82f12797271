package org.merpati.node.command;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is done to one replicated group. */
@Command(name = "shard", mixinStandardHelpOptions = true, description = "Looks after a shard or a spool.")
public final class ShardCommand {
    @Command(
            name = "single",
            mixinStandardHelpOptions = true,
            description = {
                "Lets a group of two copies and a witness go on with the copy of the node that leads it, said there,"
                        + " while the other is away: the witness drops what it keeps for that one.",
                "It is the way on when the witness' log is full and the other node cannot be started. Without"
                        + " --accept-risk it says what that means, and does nothing."
            })
    int single(
            @Mixin Door door,
            @Parameters(paramLabel = "GROUP", description = "the group, such as shard-1") String group,
            @Option(names = "--accept-risk", description = "do it") boolean accept) {
        return door.lines(door.ask("shard single", Map.of("group", group, "accept-risk", Boolean.toString(accept))));
    }
}

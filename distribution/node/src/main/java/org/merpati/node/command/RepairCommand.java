package org.merpati.node.command;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Mends a copy. */
@Command(
        name = "repair",
        mixinStandardHelpOptions = true,
        description = "Mends this node's copy of a group: what is not sound here is fetched from another node.")
public final class RepairCommand implements Callable<Integer> {
    @Mixin
    private Door door = new Door();

    @Parameters(paramLabel = "GROUP", description = "the group, such as shard-1")
    private String group = "";

    @Override
    public Integer call() {
        return door.say(door.ask("repair", Map.of("group", group)));
    }
}

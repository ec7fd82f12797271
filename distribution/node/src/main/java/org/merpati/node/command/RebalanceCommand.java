package org.merpati.node.command;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code merpati rebalance}. */
@Command(
        name = "rebalance",
        mixinStandardHelpOptions = true,
        description =
                "Has mailboxes move from the fullest shards to the emptiest, until they keep about the same; a line"
                        + " for each account that moves.")
public final class RebalanceCommand implements Callable<Integer> {
    @Mixin
    private Door door = new Door();

    @Option(names = "--dry-run", description = "only show what would move")
    private boolean dry;

    @Override
    public Integer call() {
        return door.lines(door.ask("rebalance", Map.of("dry", Boolean.toString(dry))));
    }
}

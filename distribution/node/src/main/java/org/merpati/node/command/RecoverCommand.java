package org.merpati.node.command;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Goes on with the copy that is left. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        description = {
            "Has groups whose majority is lost for good go on with the one copy that is left of each.",
            "What only the lost nodes had acknowledged is gone, and clients are made to look at all of their mailboxes"
                    + " again. Use it only when the disks of the lost nodes cannot be brought back: a node that is"
                    + " started again brings its groups back without a loss.",
            "Without --accept-loss it says what it would do, and does nothing."
        })
public final class RecoverCommand implements Callable<Integer> {
    @Mixin
    private Door door = new Door();

    @Option(
            names = "--lost",
            required = true,
            split = ",",
            paramLabel = "NODE",
            description = "the nodes that are lost with their disks; all of them, with commas between them")
    private List<String> lost = List.of();

    @Option(names = "--accept-loss", description = "do it")
    private boolean accept;

    @Override
    public Integer call() {
        return door.lines(
                door.ask("recover", Map.of("lost", String.join(",", lost), "accept-loss", Boolean.toString(accept))));
    }
}

package org.merpati.node.command;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** The commands {@code merpati spam quarantine}: mail that its recipient would have refused. */
@Command(
        name = "quarantine",
        mixinStandardHelpOptions = true,
        description = "Mail that was accepted for others too and that this recipient would have refused.")
final class QuarantineCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows what an account has there.")
    int list(@CommandLine.Mixin Door door, @Parameters(paramLabel = "ADDRESS") String address) {
        JsonNode held = door.ask("spam held", Map.of("address", address));
        if (door.json()) {
            return door.say(held);
        }
        held.forEach(mail -> door.out()
                .printf(
                        "%s  %s  <%s>  %s%n",
                        mail.get("id").asString(),
                        mail.get("when").asString(),
                        mail.get("from").asString(),
                        mail.get("subject").asString()));
        return 0;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows a message as plain text: who, what, why, and the beginning of its text.")
    int show(
            @CommandLine.Mixin Door door,
            @Parameters(paramLabel = "ADDRESS") String address,
            @Parameters(paramLabel = "ID") String id) {
        return door.say(door.ask("spam show", Map.of("address", address, "id", id)));
    }

    @Command(name = "release", mixinStandardHelpOptions = true, description = "Moves a message into the INBOX.")
    int release(
            @CommandLine.Mixin Door door,
            @Parameters(paramLabel = "ADDRESS") String address,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--allow", description = "and allow its sender from now on") boolean allow,
            @Option(names = "--learn", description = "and teach the filter that it is wanted") boolean learn) {
        return door.say(door.ask(
                "spam release",
                Map.of(
                        "address",
                        address,
                        "id",
                        id,
                        "allow",
                        Boolean.toString(allow),
                        "learn",
                        Boolean.toString(learn))));
    }
}

package org.merpati.node.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Tokens for the admin API. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = "Manages tokens, with which nodes are asked over the network (--node).")
public final class TokenCommand {
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Makes a token, valid on every node, and says it once: keep it in a file that nobody else may"
                    + " read.")
    int add(
            @Mixin Door door,
            @Parameters(paramLabel = "NAME", description = "what it is known by") String name,
            @Option(names = "--days", paramLabel = "N", description = "it ends after so many days (default: never)")
                    @Nullable
                    String days,
            @Option(names = "--read-only", description = "it may only look") boolean looks) {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("name", name, "looks", Boolean.toString(looks)));
        if (days != null) {
            parameters.put("days", days);
        }
        JsonNode made = door.ask("token add", parameters);
        if (door.json()) {
            return door.raw(made);
        }
        door.out().println(made.path("token").asString());
        return 0;
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the tokens, not their secrets.")
    int list(@Mixin Door door) {
        JsonNode all = door.ask("token list", Map.of());
        if (door.json()) {
            return door.raw(all);
        }
        door.out().printf("%-20s %-5s %-28s %s%n", "name", "may", "made", "ends");
        all.forEach(token -> door.out()
                .printf(
                        "%-20s %-5s %-28s %s%n",
                        token.path("name").asString(),
                        token.path("may").asString(),
                        token.path("made").asString(),
                        token.path("ends").asString()));
        return 0;
    }

    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Ends a token.")
    int remove(@Mixin Door door, @Parameters(paramLabel = "NAME") String name) {
        return door.say(door.ask("token remove", Map.of("name", name)));
    }
}

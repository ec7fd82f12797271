package org.merpati.node.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.merpati.node.AdminClient;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the commands that ask a running node share: which node, how it is asked, and how its answer is said. */
final class Door {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Option(names = "--data", description = "the data folder of a node on this machine (default: ${DEFAULT-VALUE})")
    private Path data = Path.of("/var/lib/merpati");

    @Option(names = "--json", description = "answer in JSON")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** Where the command says what it has to say. */
    PrintWriter out() {
        return Objects.requireNonNull(command).commandLine().getOut();
    }

    boolean json() {
        return json;
    }

    JsonNode ask(String operation, Map<String, String> parameters) {
        return AdminClient.ask(data, operation, parameters);
    }

    /** Says an answer as it came. */
    int raw(JsonNode answer) {
        out().println(JSON.writeValueAsString(answer));
        return 0;
    }

    /** Says an answer of texts, a line each. */
    int lines(JsonNode answer) {
        if (json) {
            return say(answer);
        }
        answer.forEach(line -> out().println(line.asString()));
        return 0;
    }

    /** Says an answer of names and values, a line each. */
    int table(JsonNode answer) {
        if (json) {
            return raw(answer);
        }
        answer.properties()
                .forEach(
                        p -> out().printf("%-10s %s%n", p.getKey(), p.getValue().asString()));
        return 0;
    }

    int say(JsonNode answer) {
        out().println(json ? JSON.writeValueAsString(Map.of("ok", answer)) : answer.asString());
        return 0;
    }
}

package org.merpati.node.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;
import org.merpati.node.door.AdminClient;
import org.merpati.node.door.AdminRequest;
import org.merpati.node.door.RemoteNode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** What the commands that ask a running node share: which node, how it is asked, and how its answer is said. */
final class Door {
    private static final Path HERE = Path.of("/var/lib/merpati");

    @Option(names = "--data", description = "the data folder of a node on this machine (default: /var/lib/merpati)")
    private @Nullable Path data;

    @Option(
            names = "--node",
            paramLabel = "ADDRESS",
            description = "a node that is asked over the network, such as https://192.168.138.83:7071"
                    + " (or MERPATI_NODE); it needs a token: merpati token add")
    private @Nullable String node;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "the file with the token, which nobody else may read (or MERPATI_TOKEN_FILE)")
    private @Nullable Path token = file("MERPATI_TOKEN_FILE");

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "the certificate that the node's is signed with: a copy of identity/ca.crt in a node's data"
                    + " folder (or MERPATI_CA); without it what this Java trusts")
    private @Nullable Path authority = file("MERPATI_CA");

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

    /**
     * Asks the node that is meant.
     *
     * @throws UncheckedIOException if a file that is needed cannot be read
     */
    JsonNode ask(String operation, Map<String, String> parameters) {
        if (data != null && node != null) {
            throw new Malformed("--data and --node name two nodes: one of them is asked");
        }
        String remote = node == null && data == null ? System.getenv("MERPATI_NODE") : node;
        if (remote == null) {
            return AdminClient.ask(data == null ? HERE : data, operation, parameters);
        }
        if (token == null) {
            throw new Malformed("a node that is asked over the network needs a token: --token-file FILE");
        }
        try {
            return RemoteNode.of(remote, token, Optional.ofNullable(authority)).ask(operation, parameters);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static @Nullable Path file(String variable) {
        String name = System.getenv(variable);
        return name == null ? null : Path.of(name);
    }

    /** Says an answer as it came. */
    int raw(JsonNode answer) {
        out().println(AdminRequest.text(answer));
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
        out().println(json ? AdminRequest.text(Map.of("ok", answer)) : answer.asString());
        return 0;
    }
}

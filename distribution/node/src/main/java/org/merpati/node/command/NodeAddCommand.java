package org.merpati.node.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.JoinToken;
import org.merpati.cluster.SecretFile;
import org.merpati.kernel.Refused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Adds a node to the running cluster. */
@Command(
        name = "add",
        mixinStandardHelpOptions = true,
        description = {
            "Adds a node to the running cluster, and says what is to be done on its machine.",
            "A mailbox node gets a shard and an MTA a spool, which it leads once it runs; no group that is there"
                    + " changes."
        })
final class NodeAddCommand implements Callable<Integer> {
    @Mixin
    private Door door = new Door();

    @Parameters(paramLabel = "NODE", description = "the new node's name")
    private String name = "";

    @Option(names = "--host", required = true, description = "the host or address that the others reach it by")
    private String host = "";

    @Option(
            names = "--roles",
            required = true,
            description = "what it does, with commas between: directory, mailbox, mta, proxy, console, witness")
    private String roles = "";

    @Option(names = "--channel-port", description = "port of the node channel (default: 7072)")
    private @Nullable String channelPort;

    @Option(names = "--hazelcast-port", description = "port of Hazelcast (default: 5701)")
    private @Nullable String hazelcastPort;

    @Option(names = "--raft-port", description = "port of Ratis (default: 5801)")
    private @Nullable String raftPort;

    @Option(names = "--lmtp-port", description = "port of delivery to a mailbox node (default: 7025)")
    private @Nullable String lmtpPort;

    @Option(names = "--imap-port", description = "port of the proxies' IMAP sessions (default: 7143)")
    private @Nullable String imapPort;

    @Option(names = "--submission-port", description = "port of the proxies' submission sessions (default: 7587)")
    private @Nullable String submissionPort;

    @Option(
            names = "--conf",
            paramLabel = "FILE",
            description = "write the node's configuration file here, and its secret file beside it")
    private @Nullable Path conf;

    private Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("node", name, "host", host, "roles", roles));
        put(parameters, "channel-port", channelPort);
        put(parameters, "hazelcast-port", hazelcastPort);
        put(parameters, "raft-port", raftPort);
        put(parameters, "lmtp-port", lmtpPort);
        put(parameters, "imap-port", imapPort);
        put(parameters, "submission-port", submissionPort);
        return parameters;
    }

    private static void put(Map<String, String> parameters, String key, @Nullable String value) {
        if (value != null) {
            parameters.put(key, value);
        }
    }

    @Override
    public Integer call() throws IOException {
        if (conf != null && Files.exists(conf)) {
            throw new Refused(Refused.Reason.ALREADY_EXISTS, "there is a file " + conf + " already: name another");
        }
        JsonNode said = door.ask("node add", parameters());
        if (conf != null) {
            Files.writeString(conf, said.get("conf").asString(), StandardCharsets.UTF_8);
        }
        if (door.json()) {
            return door.raw(said);
        }
        String groups = said.get("groups").asString();
        door.out().println("node " + name + " is added" + (groups.isEmpty() ? "" : " and will lead " + groups));
        door.out().println("on its machine:");
        if (conf == null) {
            door.out().println("1. as its configuration file (--conf FILE would have written it):");
            said.get("conf").asString().lines().forEach(line -> door.out().println("   " + line));
        } else {
            door.out().println("1. its configuration file is " + conf + ": look it through");
        }
        secret(said);
        door.out().println("3. merpati run --conf FILE");
        door.out().println("'merpati rebalance', when it runs, moves accounts there");
        return 0;
    }

    private void secret(JsonNode said) throws IOException {
        if (!said.has("token")) {
            String where = said.get("holders").asString().replace(" ", " or ");
            door.out().println("2. in its data folder the file 'secret', mode 0600, with the token that");
            door.out().println("   'merpati node token " + name + "' makes on " + where);
            return;
        }
        String token = said.get("token").asString();
        if (conf == null) {
            door.out().println("2. in its data folder the file 'secret', mode 0600: token = " + token);
        } else {
            Path file = conf.resolveSibling(name + ".secret");
            new SecretFile(Optional.of(JoinToken.parse(token)), Optional.empty()).write(file);
            door.out().println("2. copy " + file + " into its data folder as 'secret'");
        }
    }
}

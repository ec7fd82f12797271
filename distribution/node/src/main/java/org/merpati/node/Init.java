package org.merpati.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.merpati.cluster.Authority;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.JoinToken;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.SecretFile;
import org.merpati.cluster.Topology;
import org.merpati.directory.Credentials;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Ids;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.node.layout.Seed;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;

/**
 * Makes a new cluster from a folder of node files: gives it an id, makes the CA in the data folder of the first
 * directory node, a token for every other node, and the administrator, whose password is said once.
 */
public final class Init {
    private static final String NO_ID = "id = \"\"";

    private Init() {}

    /**
     * What was made.
     *
     * @param secrets what each other node's secret file holds
     */
    public record Made(Address administrator, String password, Map<NodeName, SecretFile> secrets) {}

    /**
     * Does it.
     *
     * @param folder holds one TOML file for each node of the cluster
     * @throws Malformed if the files do not make one cluster, or it was made before
     */
    public static Made run(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(f -> f.toString().endsWith(".toml")).sorted().toList();
        }
        String id = Ids.secure(Clock.system()).next().toString();
        List<NodeConfig> configs = new ArrayList<>();
        for (Path file : files) {
            String text = Files.readString(file).replace(NO_ID, "id = \"" + id + "\"");
            configs.add(
                    Configuration.parse(text, file.toString(), NodeConfig.class).value());
        }
        if (configs.isEmpty()) {
            throw new Malformed("there is no node file (*.toml) in " + folder);
        }
        long ids = configs.stream().map(c -> c.cluster().id()).distinct().count();
        if (ids != 1) {
            throw new Malformed("the node files in " + folder + " have different cluster ids");
        }
        Topology topology = Seed.of(configs.getFirst());
        NodeName first = topology.directory().voters().getFirst();
        NodeConfig config = configs.stream()
                .filter(c -> c.node().equals(first.value()))
                .findFirst()
                .orElseThrow(() -> new Malformed("there is no file of node " + first + " in " + folder));
        Made made = make(config, topology, first);
        for (Path file : files) {
            Files.writeString(file, Files.readString(file).replace(NO_ID, "id = \"" + id + "\""));
        }
        return made;
    }

    private static Made make(NodeConfig config, Topology topology, NodeName first) throws IOException {
        Path authorityFolder = Node.authorityFolder(config);
        if (Authority.existsIn(authorityFolder)) {
            throw new Malformed("there is a cluster in " + config.data() + " already");
        }
        String passphrase = Admin.password() + Admin.password();
        new SecretFile(Optional.empty(), Optional.of(passphrase)).write(Node.secretPath(config));
        Authority authority = Authority.create(authorityFolder, config.cluster().name(), passphrase.toCharArray());
        Enrollment enrollment = new Enrollment(topology, authority, authorityFolder, List.of(), Clock.system());
        Map<NodeName, SecretFile> secrets = new LinkedHashMap<>();
        for (NodeInfo node : topology.nodes()) {
            if (!node.name().equals(first)) {
                JoinToken token = enrollment.token(node.name());
                boolean votes = topology.directory().isVoter(node.name());
                secrets.put(
                        node.name(),
                        new SecretFile(Optional.of(token), votes ? Optional.of(passphrase) : Optional.empty()));
            }
        }
        Address administrator =
                new Address("admin", Domain.parse(config.cluster().domain()));
        String password = Admin.password();
        Bootstrap.write(
                config.data(),
                administrator,
                Credentials.of(password, config.security().passwordIterations()));
        return new Made(administrator, password, secrets);
    }
}

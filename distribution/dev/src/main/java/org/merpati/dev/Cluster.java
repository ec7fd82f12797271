package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.merpati.cluster.JoinToken;
import org.merpati.cluster.SecretFile;
import org.merpati.kernel.Failure;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.node.Init;
import org.merpati.node.door.AdminClient;
import org.merpati.runtime.NodeStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A cluster on this machine and its verbs. */
public abstract class Cluster implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long PAUSE_NANOS = 50_000_000;
    private static final long PROGRESS_NANOS = 5_000_000_000L;

    private final Plan plan;

    Cluster(Plan plan) {
        this.plan = plan;
    }

    /** How it is laid out. */
    public Plan plan() {
        return plan;
    }

    /**
     * Writes configuration and makes the cluster, if that was not done before.
     *
     * @return the administrator's password if the cluster was made now
     */
    public Optional<String> prepare() throws IOException {
        Path made = plan.folder().resolve("made");
        if (Files.exists(made)) {
            return Optional.empty();
        }
        plan.write();
        Init.Made init = Init.run(plan.folder().resolve("conf"));
        for (Map.Entry<NodeName, SecretFile> secret : init.secrets().entrySet()) {
            secret.getValue().write(plan.data(secret.getKey().value()).resolve("secret"));
        }
        Files.writeString(made, plan.layout() + "\n");
        return Optional.of(init.password());
    }

    /**
     * Adds a node to the running cluster; it is not started yet.
     *
     * @param like the shipped node whose doors it has
     */
    public void add(String node, String like, List<String> roles) throws IOException {
        JsonNode said = askAny("node add", plan.add(node, like, roles));
        plan.write(node);
        JoinToken token = JoinToken.parse(said.get("token").asString());
        new SecretFile(Optional.of(token), Optional.empty())
                .write(plan.data(node).resolve("secret"));
    }

    /**
     * Takes away the data folder of a node that does not run, and gives it a token to join with.
     *
     * @param holder a node that runs and holds the CA
     * @return where its files went
     * @throws Failure if the token is refused; nothing was done then
     */
    public Path loseDisk(String node, String holder) throws IOException {
        Path data = plan.data(node);
        Optional<String> passphrase = SecretFile.read(data.resolve("secret")).passphrase();
        JoinToken token =
                JoinToken.parse(ask(holder, "node token", Map.of("node", node)).asString());
        Path lost = plan.folder().resolve(node + "-lost");
        Files.move(data, lost);
        new SecretFile(Optional.of(token), passphrase).write(data.resolve("secret"));
        return lost;
    }

    /** Starts a node and returns before it is ready. */
    public abstract void start(String node) throws IOException;

    /** Starts several nodes and returns before they are ready. */
    public void start(List<String> nodes) throws IOException {
        for (String node : nodes) {
            start(node);
        }
    }

    /** Ends a node without a goodbye. */
    public abstract void kill(String node) throws IOException;

    /** Ends several nodes without a goodbye, as nearly at one instant as this form can. */
    public void kill(List<String> nodes) throws IOException {
        for (String node : nodes) {
            kill(node);
        }
    }

    /** Stops a node in order. */
    public abstract void stop(String node) throws IOException;

    /** Freezes a node. */
    public abstract void pause(String node) throws IOException;

    /** Lets a frozen node go on. */
    public abstract void resume(String node) throws IOException;

    /** The process that a node runs in; 0 if it does not run. */
    public abstract long pid(String node);

    /** What a node that was started and has ended by itself said last. */
    Optional<String> ended(String node) {
        return Optional.empty();
    }

    /** Whether a node runs. */
    public boolean running(String node) {
        return pid(node) != 0;
    }

    /** Starts every node. */
    public void startAll() throws IOException {
        start(plan.nodes());
    }

    /**
     * Asks a node to do something (see the node's admin socket).
     *
     * @throws TryLater if it does not answer
     */
    public JsonNode ask(String node, String operation, Map<String, String> parameters) {
        return AdminClient.ask(plan.data(node), operation, parameters);
    }

    /** Asks the first node that answers. */
    public JsonNode askAny(String operation, Map<String, String> parameters) {
        TryLater last = new TryLater("no node runs");
        for (String node : plan.nodes()) {
            if (running(node)) {
                try {
                    return ask(node, operation, parameters);
                } catch (TryLater away) {
                    last = away;
                }
            }
        }
        throw last;
    }

    /**
     * Makes accounts NAME0, NAME1, … of the cluster's domain, those that are not there yet, and waits until every node
     * knows them.
     *
     * @param limit how long each wait may take
     * @return address to password
     */
    public Map<String, String> accounts(String name, int count, String password, Duration limit) {
        Map<String, String> accounts = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            accounts.put(name + i + "@" + plan.domain(), password);
        }
        Map<String, String> many =
                Map.of("pattern", name + "%d@" + plan.domain(), "count", Integer.toString(count), "password", password);
        Await.until(() -> "the directory takes the accounts", limit, () -> takes("accounts add", many));
        String last = name + (count - 1) + "@" + plan.domain();
        for (String node : plan.nodes()) {
            Await.until(() -> node + " knows the accounts", limit, () -> knows(node, last));
        }
        return accounts;
    }

    private boolean takes(String operation, Map<String, String> parameters) {
        try {
            askAny(operation, parameters);
            return true;
        } catch (Failure notYet) {
            return false;
        }
    }

    /** Whether a node's copy of the directory has an account. */
    public boolean knows(String node, String account) {
        try {
            ask(node, "account show", Map.of("address", account));
            return true;
        } catch (Failure notYet) {
            return false;
        }
    }

    /** The shard that an account's mailboxes are in. */
    public String shard(String account) {
        return askAny("account show", Map.of("address", account)).get("shard").asString();
    }

    /** Every node as it says of itself, or as another says of it. */
    public List<NodeStatus> status() {
        JsonNode rows = askAny("status", Map.of());
        List<NodeStatus> status = new java.util.ArrayList<>();
        rows.forEach(row -> status.add(NodeStatus.of(JSON.writeValueAsBytes(row))));
        return status;
    }

    /** The groups that a node leads, as far as is known. */
    public Set<String> led(String node) {
        return status().stream()
                .filter(row -> row.name().equals(node))
                .findFirst()
                .map(NodeStatus::led)
                .orElse(Set.of());
    }

    /** The node that leads a group. */
    public Optional<String> leader(String group) {
        return status().stream()
                .filter(row -> row.led().contains(group))
                .findFirst()
                .map(NodeStatus::name);
    }

    /**
     * Waits until these nodes are ready and each of their groups has a leader that serves.
     *
     * @throws TryLater if that takes longer; the sentence says what is missing
     * @throws Refused if a node has ended instead of starting
     */
    public void awaitReady(List<String> nodes, Duration limit) {
        awaitReady(nodes, limit, missing -> {});
    }

    /** The same, and tells every few seconds what is missing. */
    void awaitReady(List<String> nodes, Duration limit, Consumer<String> progress) {
        long end = System.nanoTime() + limit.toNanos();
        long said = System.nanoTime();
        String missing = "nothing is known yet";
        while (System.nanoTime() < end) {
            for (String node : nodes) {
                ended(node).ifPresent(why -> {
                    throw new Refused(Refused.Reason.CANNOT, "node " + node + " ended as it started: " + why);
                });
            }
            if (System.nanoTime() - said > PROGRESS_NANOS) {
                said = System.nanoTime();
                progress.accept(missing);
            }
            try {
                missing = missing(nodes, status());
                if (missing.isEmpty()) {
                    return;
                }
            } catch (TryLater notYet) {
                missing = notYet.sentence();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new TryLater("not ready after " + limit.toSeconds() + " s: " + missing);
    }

    private static String missing(List<String> nodes, List<NodeStatus> rows) {
        StringBuilder missing = new StringBuilder();
        Set<String> groups = new TreeSet<>();
        Set<String> led = new TreeSet<>();
        for (NodeStatus row : rows) {
            if (nodes.contains(row.name()) && !row.state().equals("ready")) {
                missing.append(row.name()).append(" is ").append(row.state()).append(' ');
                row.services().stream()
                        .filter(s -> !s.ready())
                        .forEach(s -> missing.append('(')
                                .append(s.name())
                                .append(": ")
                                .append(s.sentence())
                                .append(") "));
            }
            row.groups().forEach(g -> groups.add(g.name()));
            led.addAll(row.led());
        }
        groups.removeAll(led);
        groups.forEach(g -> missing.append(g).append(" has no leader that serves "));
        return missing.toString();
    }

    /** Waits until all nodes are ready. */
    public void awaitReady(Duration limit) {
        awaitReady(plan.nodes(), limit);
    }

    @Override
    public abstract void close();
}

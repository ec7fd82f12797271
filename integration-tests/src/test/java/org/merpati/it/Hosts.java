package org.merpati.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts of our own on this machine: a network namespace for each node, joined by a bridge, so that a link between two
 * can be cut with real sockets. Needs root and iproute2.
 */
final class Hosts implements AutoCloseable {
    private static final String BRIDGE = "mpbr" + ProcessHandle.current().pid() % 10_000;
    private static final String NOBODY = "02:00:00:00:00:01";
    private static final String NET = "10.77." + ProcessHandle.current().pid() % 250 + ".";

    private final List<String> nodes;

    private Hosts(List<String> nodes) {
        this.nodes = nodes;
    }

    /** Whether this machine lets us make hosts. */
    static boolean possible() {
        try {
            run("ip", "netns", "add", BRIDGE + "x");
            run("ip", "netns", "del", BRIDGE + "x");
            return true;
        } catch (IOException notAllowed) {
            return false;
        }
    }

    /** Makes a host for each node. */
    static Hosts make(List<String> nodes) throws IOException {
        Hosts hosts = new Hosts(nodes);
        run("ip", "link", "add", BRIDGE, "type", "bridge");
        run("ip", "addr", "add", NET + "254/24", "dev", BRIDGE);
        run("ip", "link", "set", BRIDGE, "up");
        for (int k = 0; k < nodes.size(); k++) {
            String space = hosts.space(nodes.get(k));
            String link = BRIDGE + "-" + k;
            run("ip", "netns", "add", space);
            run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space);
            run("ip", "link", "set", link, "master", BRIDGE, "up");
            run("ip", "-n", space, "addr", "add", hosts.address(nodes.get(k)) + "/24", "dev", "eth0");
            run("ip", "-n", space, "link", "set", "eth0", "up");
            run("ip", "-n", space, "link", "set", "lo", "up");
        }
        return hosts;
    }

    private String space(String node) {
        return BRIDGE + "." + node;
    }

    /** A node's address. */
    String address(String node) {
        return NET + (10 + nodes.indexOf(node));
    }

    /** All addresses, in the order of the nodes. */
    List<String> addresses() {
        return nodes.stream().map(this::address).toList();
    }

    /** What a node's command begins with. */
    List<String> within(String node) {
        return List.of("ip", "netns", "exec", space(node));
    }

    /** Cuts the link between two nodes, both ways: what one sends to the other goes to nobody, and nothing says so. */
    void cut(String a, String b) throws IOException {
        lose(a, b);
        lose(b, a);
    }

    private void lose(String from, String to) throws IOException {
        run("ip", "-n", space(from), "neigh", "replace", address(to), "lladdr", NOBODY, "dev", "eth0");
    }

    /** Cuts a node's links to all others. */
    void cutOff(String node) throws IOException {
        for (String other : others(node)) {
            cut(node, other);
        }
    }

    /** Joins a node that was cut off. */
    void heal(String node) throws IOException {
        for (String other : others(node)) {
            heal(node, other);
        }
    }

    private List<String> others(String node) {
        return nodes.stream().filter(n -> !n.equals(node)).toList();
    }

    /** Joins what was cut. */
    void heal(String a, String b) throws IOException {
        run("ip", "-n", space(a), "neigh", "del", address(b), "dev", "eth0");
        run("ip", "-n", space(b), "neigh", "del", address(a), "dev", "eth0");
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    @Override
    public void close() throws IOException {
        List<String> failed = new ArrayList<>();
        for (String node : nodes) {
            try {
                run("ip", "netns", "del", space(node));
            } catch (IOException left) {
                failed.add(left.getMessage());
            }
        }
        run("ip", "link", "del", BRIDGE);
        if (!failed.isEmpty()) {
            throw new IOException(String.join("; ", failed));
        }
    }
}

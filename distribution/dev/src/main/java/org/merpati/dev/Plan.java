package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.merpati.kernel.Malformed;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;

/**
 * A shipped layout laid out on this machine: every node on 127.0.0.1 (or an address of its own), with its own data
 * folder and ports. Node k has the ports from {@code base + 100·k} on, a slot for each listener.
 */
public final class Plan {
    private static final List<String> LAYOUTS = List.of("one", "three", "six");
    private static final Map<String, Integer> SLOTS = slots();

    /** What nodes keep ports for between each other, in the order of these. */
    private static final List<String> BETWEEN = List.of("channel", "hazelcast", "raft", "lmtp", "imap", "submission");

    private final String layout;
    private final Path folder;
    private final int base;
    private final List<NodeConfig> templates;
    private final List<String> hosts;
    private final Map<String, String> extra;
    /** Nodes that came later, each with the node whose doors it has. */
    private final Map<NodeConfig.Member, String> added = new LinkedHashMap<>();

    /**
     * @param conf the folder of shipped configuration
     * @param folder where files and data go
     * @param hosts each node's address, in configured order; empty for 127.0.0.1
     * @param extra lines for each node's file by table name, such as {@code timing}; for one node's
     *     listeners the name is {@code listeners NODE}
     */
    public Plan(String layout, Path conf, Path folder, int base, List<String> hosts, Map<String, String> extra)
            throws IOException {
        this.layout = layout;
        this.folder = folder.toAbsolutePath();
        this.base = base;
        this.hosts = List.copyOf(hosts);
        this.extra = Map.copyOf(extra);
        check(layout);
        Path shipped = conf.resolve(layout);
        List<NodeConfig> read = new ArrayList<>();
        try (Stream<Path> files = Files.list(shipped)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".toml")).sorted().toList()) {
                read.add(Configuration.read(file, NodeConfig.class).value());
            }
        }
        this.templates = read;
    }

    /**
     * Looks whether there is such a layout.
     *
     * @throws Malformed if there is none
     */
    static void check(String layout) {
        if (!LAYOUTS.contains(layout)) {
            throw new Malformed("no layout '" + layout + "': one, three or six");
        }
    }

    private static Map<String, Integer> slots() {
        Map<String, Integer> slots = new LinkedHashMap<>();
        String names = "smtp submission smtps imap imaps ldap ldaps console metrics pop3 pop3s admin";
        List.of(names.split(" ")).forEach(name -> slots.put(name, 10 + slots.size()));
        return slots;
    }

    /** The layout's name. */
    public String layout() {
        return layout;
    }

    /** Where files and data are. */
    public Path folder() {
        return folder;
    }

    /** The first port. */
    public int base() {
        return base;
    }

    /** The nodes' names in configured order. */
    public List<String> nodes() {
        return members().stream().map(NodeConfig.Member::name).toList();
    }

    private List<NodeConfig.Member> members() {
        return Stream.concat(templates.getFirst().cluster().nodes().stream(), added.keySet().stream())
                .toList();
    }

    /**
     * Lays out one more node.
     *
     * @param like the shipped node whose doors it has
     * @return what {@code merpati node add} is told of it
     */
    Map<String, String> add(String node, String like, List<String> roles) {
        int k = nodes().size();
        Map<String, String> told = new LinkedHashMap<>();
        told.put("node", node);
        told.put("host", "127.0.0.1");
        told.put("roles", String.join(",", roles));
        for (int slot = 0; slot < BETWEEN.size(); slot++) {
            told.put(BETWEEN.get(slot) + "-port", Integer.toString(base + 100 * k + slot));
        }
        added.put(new NodeConfig.Member(node, "127.0.0.1", roles, 0, 0, 0, 0, 0, 0), like);
        return told;
    }

    /** Writes the file of a node that came later. */
    void write(String node) throws IOException {
        String id = Configuration.read(file(nodes().getFirst()), NodeConfig.class)
                .value()
                .cluster()
                .id();
        Files.writeString(file(node), text(node).replace("id = \"\"", "id = \"" + id + "\""));
    }

    /** The mail domain. */
    public String domain() {
        return templates.getFirst().cluster().domain();
    }

    /** A node's roles. */
    public List<String> roles(String node) {
        return member(node).roles();
    }

    private NodeConfig.Member member(String node) {
        return members().stream()
                .filter(m -> m.name().equals(node))
                .findFirst()
                .orElseThrow(() -> new Malformed("no node '" + node + "': " + String.join(", ", nodes())));
    }

    /** A node's data folder. */
    public Path data(String node) {
        member(node);
        return folder.resolve(node);
    }

    /** A node's configuration file. */
    public Path file(String node) {
        return folder.resolve("conf").resolve(node + ".toml");
    }

    /** The file that a node's process writes its output to. */
    public Path log(String node) {
        return folder.resolve(node + ".log");
    }

    private String host(int k) {
        return k < hosts.size() ? hosts.get(k) : "127.0.0.1";
    }

    /** Where a node listens, name to host:port. */
    public Map<String, String> listeners(String node) {
        Map<String, String> listeners = configured(node);
        if (roles(node).contains("mailbox")) {
            int k = nodes().indexOf(node);
            listeners.put("lmtp", between(k, "lmtp"));
        }
        return listeners;
    }

    private String between(int k, String name) {
        return host(k) + ":" + (base + 100 * k + BETWEEN.indexOf(name));
    }

    /** Every address that a node takes, by what it is for: its listeners, and what stands with the members. */
    public Map<String, String> addresses(String node) {
        Map<String, String> addresses = listeners(node);
        int k = nodes().indexOf(node);
        for (String name : List.of("channel", "hazelcast", "raft")) {
            addresses.put(name, between(k, name));
        }
        return addresses;
    }

    /** The listeners of a node's configuration; what is between nodes stands with the members there. */
    private Map<String, String> configured(String node) {
        int k = nodes().indexOf(node);
        String like = added.getOrDefault(member(node), node);
        NodeConfig template = templates.stream()
                .filter(t -> t.node().equals(like))
                .findFirst()
                .orElseThrow(() -> new Malformed("no node '" + node + "'"));
        Map<String, String> listeners = new LinkedHashMap<>();
        SLOTS.forEach((name, slot) -> {
            if (given(template.listeners(), name) || name.equals("metrics")) {
                listeners.put(name, host(k) + ":" + (base + 100 * k + slot));
            }
        });
        return listeners;
    }

    private static boolean given(NodeConfig.Listeners listeners, String name) {
        return switch (name) {
            case "smtp" -> listeners.smtp().isPresent();
            case "submission" -> listeners.submission().isPresent();
            case "smtps" -> listeners.smtps().isPresent();
            case "imap" -> listeners.imap().isPresent();
            case "imaps" -> listeners.imaps().isPresent();
            case "pop3" -> listeners.pop3().isPresent();
            case "pop3s" -> listeners.pop3s().isPresent();
            case "ldap" -> listeners.ldap().isPresent();
            case "ldaps" -> listeners.ldaps().isPresent();
            case "console" -> listeners.console().isPresent();
            case "admin" -> listeners.admin().isPresent();
            default -> false;
        };
    }

    /** The listeners of that name on all nodes. */
    public List<String> all(String listener) {
        return nodes().stream()
                .map(this::listeners)
                .filter(l -> l.containsKey(listener))
                .map(l -> l.getOrDefault(listener, ""))
                .toList();
    }

    /** Writes every node's configuration file. */
    public void write() throws IOException {
        Files.createDirectories(folder.resolve("conf"));
        for (String node : nodes()) {
            Files.writeString(file(node), text(node));
        }
    }

    private String text(String node) {
        StringBuilder text = new StringBuilder();
        text.append("node = \"").append(node).append("\"\n");
        text.append("data = \"").append(data(node)).append("\"\n\n[cluster]\nname = \"dev\"\nid = \"\"\n");
        text.append("domain = \"").append(domain()).append("\"\n");
        List<NodeConfig.Member> members = members();
        for (int k = 0; k < members.size(); k++) {
            int first = base + 100 * k;
            String roles = "\"" + String.join("\", \"", members.get(k).roles()) + "\"";
            text.append("\n[[cluster.nodes]]\nname = \"").append(members.get(k).name());
            text.append("\"\nhost = \"")
                    .append(host(k))
                    .append("\"\nroles = [")
                    .append(roles)
                    .append("]\n");
            for (int slot = 0; slot < BETWEEN.size(); slot++) {
                text.append(BETWEEN.get(slot))
                        .append("-port = ")
                        .append(first + slot)
                        .append('\n');
            }
        }
        text.append("\n[listeners]\n");
        configured(node)
                .forEach((name, address) ->
                        text.append(name).append(" = \"").append(address).append("\"\n"));
        text.append(extra.getOrDefault("listeners " + node, "")).append('\n');
        text.append("\n[security]\nclear-login-on-loopback = true\n");
        text.append(extra.getOrDefault("security", "")).append('\n');
        extra.forEach((table, lines) -> {
            if (!table.equals("security") && !table.startsWith("listeners ")) {
                text.append("\n[").append(table).append("]\n").append(lines).append('\n');
            }
        });
        return text.toString();
    }
}

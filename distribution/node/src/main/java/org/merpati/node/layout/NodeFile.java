package org.merpati.node.layout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.merpati.cluster.Layout;
import org.merpati.cluster.NodeInfo;
import org.merpati.kernel.Role;
import org.merpati.runtime.NodeConfig;

/** The configuration file of a node that is added: the nodes of the cluster, and the usual doors of its roles. */
public final class NodeFile {
    private static final String ADMIN = "7071";

    private NodeFile() {}

    /**
     * Writes it.
     *
     * @param cluster as the configuration of another node has it
     * @param layout with the node in it
     */
    public static String text(NodeConfig.Cluster cluster, Layout layout, NodeInfo node) {
        StringBuilder text = new StringBuilder();
        text.append("# Node ")
                .append(node.name())
                .append(". Every key with its default and meaning: merpati run --conf THIS --print-config.\n");
        line(text, "node", node.name().value());
        line(text, "data", "/var/lib/merpati");
        text.append("\n[cluster]\n");
        line(text, "name", cluster.name());
        line(text, "id", cluster.id());
        line(text, "domain", cluster.domain());
        layout.nodes().forEach(member -> member(text, member));
        text.append("\n[listeners]\n");
        doors(node).forEach((name, port) -> line(text, name, "0.0.0.0:" + port));
        line(text, "metrics", "127.0.0.1:7070");
        return text.toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append(" = \"").append(value).append("\"\n");
    }

    private static void member(StringBuilder text, NodeInfo node) {
        List<String> roles = new ArrayList<>();
        new TreeSet<>(node.roles()).forEach(role -> roles.add('"' + role.text() + '"'));
        text.append("\n[[cluster.nodes]]\n");
        line(text, "name", node.name().value());
        line(text, "host", node.host());
        text.append("roles = [").append(String.join(", ", roles)).append("]\n");
        node.ports()
                .forEach((key, port) ->
                        text.append(key).append(" = ").append(port).append('\n'));
    }

    private static Map<String, String> doors(NodeInfo node) {
        Map<String, String> doors = new LinkedHashMap<>();
        if (node.has(Role.MTA)) {
            doors.put("smtp", "25");
        }
        if (node.has(Role.PROXY)) {
            doors.putAll(Map.of("submission", "587", "smtps", "465", "imap", "143"));
            doors.putAll(Map.of("imaps", "993", "pop3", "110", "pop3s", "995"));
        }
        if (node.has(Role.DIRECTORY)) {
            doors.putAll(Map.of("ldap", "389", "ldaps", "636"));
        }
        doors.put(node.has(Role.CONSOLE) ? "console" : "admin", ADMIN);
        return doors;
    }
}

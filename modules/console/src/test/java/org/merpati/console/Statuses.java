package org.merpati.console;

import java.util.List;
import java.util.Map;
import org.merpati.runtime.NodeStatus;

/** What the nodes of a cluster say of themselves: all well, or one of them away. */
final class Statuses {
    static final long HEARD = 1_790_000_000_000L;

    private Statuses() {}

    static NodeStatus directory() {
        return node(
                "gsldap",
                List.of("console", "directory", "witness"),
                List.of(group("directory", true, Map.of("gszimbra1", 0L, "gszimbra2", 0L)), follower("shard-1")),
                "group directory",
                "group shard-1");
    }

    static NodeStatus mailbox1() {
        return node(
                "gszimbra1",
                List.of("mailbox"),
                List.of(follower("directory"), group("shard-1", true, Map.of("gszimbra2", 120L, "gsldap", 0L))),
                "group directory",
                "group shard-1");
    }

    static NodeStatus mailbox2() {
        return node(
                "gszimbra2",
                List.of("mailbox"),
                List.of(follower("directory"), follower("shard-1")),
                "group directory",
                "group shard-1");
    }

    static List<NodeStatus> well() {
        return List.of(directory(), mailbox1(), mailbox2());
    }

    static List<NodeStatus> withoutMailbox1() {
        NodeStatus down = NodeStatus.down("gszimbra1", List.of("mailbox"), HEARD, "node gszimbra1 is not reached");
        return List.of(directory(), down, mailbox2());
    }

    static NodeStatus node(String name, List<String> roles, List<NodeStatus.Group> groups, String... parts) {
        List<NodeStatus.Service> services = java.util.Arrays.stream(parts)
                .map(p -> new NodeStatus.Service(p, true, "follower"))
                .toList();
        return new NodeStatus(name, roles, "0.1.0", 42, "ready", HEARD, groups, services);
    }

    static NodeStatus.Group group(String name, boolean leader, Map<String, Long> lag) {
        return new NodeStatus.Group(name, leader ? "leader" : "follower", leader, 7, 1_000, 1_000, lag);
    }

    private static NodeStatus.Group follower(String name) {
        return group(name, false, Map.of());
    }
}

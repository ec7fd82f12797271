package org.merpati.node.command;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.merpati.node.door.AdminRequest;
import org.merpati.runtime.NodeStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** Shows the cluster. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Shows every node and its groups.")
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private Door door = new Door();

    @Override
    public Integer call() {
        JsonNode rows = door.ask("status", Map.of());
        if (door.json()) {
            return door.raw(rows);
        }
        for (JsonNode row : rows) {
            door.out().printf("%s", text(NodeStatus.of(AdminRequest.text(row).getBytes(StandardCharsets.UTF_8))));
        }
        return 0;
    }

    static String text(NodeStatus node) {
        StringBuilder text = new StringBuilder(
                "%-12s %-9s %s%n".formatted(node.name(), node.state(), String.join(" ", node.roles())));
        for (NodeStatus.Group group : node.groups()) {
            text.append("    %-16s %-10s epoch %-4d applied %-8d %s%n"
                    .formatted(group.name(), group.role(), group.epoch(), group.applied(), lag(group)));
        }
        node.services().stream()
                .filter(s -> !s.ready())
                .forEach(s -> text.append("    ! ")
                        .append(s.name())
                        .append(": ")
                        .append(s.sentence())
                        .append('\n'));
        return text.toString();
    }

    private static String lag(NodeStatus.Group group) {
        List<String> behind = new ArrayList<>();
        group.lag().forEach((node, entries) -> behind.add(node + " -" + entries));
        return String.join(", ", behind);
    }
}

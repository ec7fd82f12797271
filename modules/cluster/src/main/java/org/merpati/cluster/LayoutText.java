package org.merpati.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;

/**
 * A layout as text, in the directory and in each node's folder: a line for its form, its version, and each node, group,
 * name that is not given again, node that began anew, and group that went on with one copy.
 */
public final class LayoutText {
    private static final String FORM = "merpati layout 1";
    private static final String NONE = "-";
    private static final String DEAD = "dead";

    private final List<NodeInfo> nodes = new ArrayList<>();
    private final List<GroupSpec> groups = new ArrayList<>();
    private final Set<GroupName> ended = new TreeSet<>();
    private final Set<NodeName> removed = new TreeSet<>();
    private Optional<Layout.Leaving> leaving = Optional.empty();
    private final Map<NodeName, Layout.Anew> anew = new TreeMap<>();
    private final Map<GroupName, Layout.Continued> continued = new TreeMap<>();
    private long version;

    private LayoutText() {}

    /** Writes a layout; equal layouts have equal texts. */
    public static String write(Layout layout) {
        StringBuilder text = new StringBuilder(FORM + "\nversion " + layout.version() + "\n");
        layout.nodes().forEach(node -> line(text, "node", node(node)));
        layout.groups().forEach(group -> line(text, "group", group(group)));
        new TreeSet<>(layout.ended()).forEach(group -> line(text, "ended", group.value()));
        layout.leaving().ifPresent(gone -> line(text, "leaving", gone.node() + " " + (gone.dead() ? DEAD : NONE)));
        new TreeSet<>(layout.removed()).forEach(node -> line(text, "removed", node.value()));
        new TreeMap<>(layout.anew()).forEach((node, anew) -> line(text, "anew", anew(node, anew)));
        new TreeMap<>(layout.continued())
                .forEach((group, by) -> line(text, "continued", group + " " + by.generation() + " " + by.by()));
        return text.toString();
    }

    private static void line(StringBuilder text, String what, String words) {
        text.append(what).append(' ').append(words).append('\n');
    }

    private static String node(NodeInfo node) {
        return String.join(
                " ",
                node.name().value(),
                node.host(),
                node.ports().values().stream().map(String::valueOf).collect(Collectors.joining(" ")),
                new TreeSet<>(node.roles()).stream().map(Role::text).collect(Collectors.joining(",")));
    }

    private static String group(GroupSpec group) {
        return String.join(
                " ",
                group.name().value(),
                group.dataNodes().stream().map(NodeName::value).collect(Collectors.joining(",")),
                group.witness().map(NodeName::value).orElse(NONE),
                group.preferred().value());
    }

    private static String anew(NodeName node, Layout.Anew anew) {
        String joins =
                new TreeSet<>(anew.joins()).stream().map(GroupName::value).collect(Collectors.joining(","));
        return String.join(" ", node.value(), Integer.toString(anew.incarnation()), joins.isEmpty() ? NONE : joins);
    }

    /**
     * Reads a layout.
     *
     * @throws Malformed if it is none, or of a form that this program does not know
     */
    public static Layout parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FORM)) {
            throw new Malformed("this is no layout of the form '" + FORM + "'");
        }
        LayoutText read = new LayoutText();
        lines.stream().skip(1).forEach(read::line);
        return new Layout(
                read.version,
                read.nodes,
                read.groups,
                read.ended,
                read.removed,
                read.leaving,
                read.anew,
                read.continued);
    }

    private void line(String line) {
        String[] words = line.split(" ", -1);
        try {
            switch (words[0]) {
                case "version" -> version = Long.parseLong(words[1]);
                case "node" -> nodes.add(node(words));
                case "group" -> groups.add(group(words));
                case "ended" -> ended.add(new GroupName(words[1]));
                case "leaving" ->
                    leaving = Optional.of(new Layout.Leaving(new NodeName(words[1]), words[2].equals(DEAD)));
                case "removed" -> removed.add(new NodeName(words[1]));
                case "anew" -> anew.put(new NodeName(words[1]), anew(words));
                case "continued" ->
                    continued.put(
                            new GroupName(words[1]),
                            new Layout.Continued(Integer.parseInt(words[2]), new NodeName(words[3])));
                default -> throw new Malformed("a layout has no line '" + line + "' in a form that this program knows");
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException wrong) {
            throw new Malformed("a line of the layout lacks a word or a number: " + line);
        }
    }

    private static NodeInfo node(String[] words) {
        Set<Role> roles = Arrays.stream(words[9].split(",")).map(Role::parse).collect(Collectors.toSet());
        return new NodeInfo(
                new NodeName(words[1]),
                words[2],
                roles,
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                Integer.parseInt(words[5]),
                Integer.parseInt(words[6]),
                Integer.parseInt(words[7]),
                Integer.parseInt(words[8]));
    }

    private static Layout.Anew anew(String[] words) {
        Set<GroupName> joins = words[3].equals(NONE)
                ? Set.of()
                : Arrays.stream(words[3].split(",")).map(GroupName::new).collect(Collectors.toSet());
        return new Layout.Anew(Integer.parseInt(words[2]), joins);
    }

    private static GroupSpec group(String[] words) {
        List<NodeName> data =
                Arrays.stream(words[2].split(",")).map(NodeName::new).toList();
        Optional<NodeName> witness = words[3].equals(NONE) ? Optional.empty() : Optional.of(new NodeName(words[3]));
        return new GroupSpec(new GroupName(words[1]), data, witness, new NodeName(words[4]));
    }
}

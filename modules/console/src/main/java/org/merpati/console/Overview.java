package org.merpati.console;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.merpati.runtime.NodeStatus;

/**
 * Makes the rows of the page Server Status from what the nodes say of themselves. It remembers each node's last answer,
 * so that what a node ran is still shown, in red, when the node is gone. Times are UTC milliseconds of the console.
 */
final class Overview {
    private static final String READY = "ready";
    private static final long UNKNOWN = -1;

    /** Everything that the page shows. */
    record View(long checked, boolean well, String summary, List<NodeRow> nodes, List<GroupRow> groups) {}

    /**
     * A node.
     *
     * @param heard when it last answered; 0 if it never did while somebody watched
     * @param sentence why it is not well; empty if it is
     * @param lag the groups in which it lacks entries, as their leaders say
     */
    record NodeRow(
            String name,
            boolean green,
            String state,
            String sentence,
            List<String> roles,
            String version,
            long pid,
            long checked,
            long heard,
            List<Leads> leads,
            List<Lag> lag,
            List<ServiceRow> services) {}

    /** A service of a node: a role or a part. */
    record ServiceRow(String name, String kind, boolean green, String state, String sentence, long checked) {}

    /** A group that a node leads. */
    record Leads(String group, long epoch) {}

    /** A group in which a node lacks entries; -1 of them where no leader is known that could tell. */
    record Lag(String group, long entries) {}

    /** A group; the leader's name is empty while none is known. */
    record GroupRow(String name, String leader, long epoch, long committed, List<String> voters) {}

    private record Heard(NodeStatus answer, long millis) {}

    private record Leader(String node, NodeStatus.Group group) {}

    private final Map<String, Heard> heard = new LinkedHashMap<>();

    /** The view of a round of answers that was complete at a time. */
    synchronized View of(List<NodeStatus> answers, long millis) {
        heard.keySet().retainAll(answers.stream().map(NodeStatus::name).toList());
        for (NodeStatus answer : answers) {
            if (!answer.state().equals(NodeStatus.DOWN)) {
                heard.put(answer.name(), new Heard(answer, millis));
            }
        }
        Map<String, Leader> leaders = leaders(answers);
        List<NodeRow> nodes =
                answers.stream().map(a -> node(a, leaders, millis)).toList();
        List<GroupRow> groups = groups(leaders);
        boolean well = nodes.stream().allMatch(NodeRow::green)
                && groups.stream().noneMatch(g -> g.leader().isEmpty());
        return new View(millis, well, summary(nodes, groups), nodes, groups);
    }

    /** Who leads each group; of two that say so, the one of the higher epoch. */
    private static Map<String, Leader> leaders(List<NodeStatus> answers) {
        Map<String, Leader> leaders = new TreeMap<>();
        for (NodeStatus answer : answers) {
            for (NodeStatus.Group group : answer.groups()) {
                Leader known = leaders.get(group.name());
                if (group.leader() && (known == null || known.group().epoch() < group.epoch())) {
                    leaders.put(group.name(), new Leader(answer.name(), group));
                }
            }
        }
        return leaders;
    }

    private NodeRow node(NodeStatus answer, Map<String, Leader> leaders, long millis) {
        Optional<Heard> last = Optional.ofNullable(heard.get(answer.name()));
        List<Leads> leads = new ArrayList<>();
        List<Lag> lag = new ArrayList<>();
        leaders.forEach((group, leader) -> {
            if (leader.node().equals(answer.name())) {
                leads.add(new Leads(group, leader.group().epoch()));
            }
            long entries = leader.group().lag().getOrDefault(answer.name(), 0L);
            if (entries > 0) {
                lag.add(new Lag(group, entries));
            }
        });
        last.stream()
                .flatMap(h -> h.answer().groups().stream())
                .filter(g -> !leaders.containsKey(g.name()))
                .forEach(g -> lag.add(new Lag(g.name(), UNKNOWN)));
        return new NodeRow(
                answer.name(),
                answer.state().equals(READY),
                answer.state(),
                sentence(answer),
                answer.roles(),
                last.map(h -> h.answer().version()).orElse(""),
                answer.pid(),
                millis,
                last.map(Heard::millis).orElse(0L),
                leads,
                lag,
                services(answer, last.map(Heard::answer), millis));
    }

    private static String sentence(NodeStatus answer) {
        if (answer.state().equals(NodeStatus.DRAINING)) {
            return "it takes no new connections and gives away what it leads";
        }
        return answer.services().stream()
                .filter(s -> !s.ready())
                .findFirst()
                .map(s -> answer.state().equals(NodeStatus.DOWN) ? s.sentence() : s.name() + ": " + s.sentence())
                .orElse("");
    }

    private static List<ServiceRow> services(NodeStatus answer, Optional<NodeStatus> last, long millis) {
        boolean down = answer.state().equals(NodeStatus.DOWN);
        Map<String, NodeStatus.Service> parts = new LinkedHashMap<>();
        (down ? last.orElse(answer) : answer).services().forEach(s -> parts.put(s.name(), s));
        List<ServiceRow> rows = new ArrayList<>();
        for (String role : answer.roles()) {
            NodeStatus.Service part = parts.remove(role);
            boolean starting = answer.state().equals("starting");
            boolean green = !down && !starting && (part == null || part.ready());
            String state = green ? "running" : down ? NodeStatus.DOWN : starting ? "starting" : "failing";
            String sentence = down ? "the node does not answer" : part == null ? "" : part.sentence();
            rows.add(new ServiceRow(role, "role", green, state, sentence, millis));
        }
        for (NodeStatus.Service part : parts.values()) {
            boolean green = !down && part.ready();
            String state = green ? "running" : down ? NodeStatus.DOWN : "failing";
            String sentence = down ? "the node does not answer" : part.sentence();
            rows.add(new ServiceRow(part.name(), "part", green, state, sentence, millis));
        }
        return rows;
    }

    private List<GroupRow> groups(Map<String, Leader> leaders) {
        Map<String, TreeSet<String>> voters = new TreeMap<>();
        Map<String, Long> committed = new TreeMap<>();
        for (Heard known : heard.values()) {
            for (NodeStatus.Group group : known.answer().groups()) {
                voters.computeIfAbsent(group.name(), g -> new TreeSet<>())
                        .add(known.answer().name());
                committed.merge(group.name(), group.committed(), Math::max);
            }
        }
        List<GroupRow> rows = new ArrayList<>();
        voters.forEach((group, nodes) -> {
            Leader leader = leaders.get(group);
            rows.add(new GroupRow(
                    group,
                    leader == null ? "" : leader.node(),
                    leader == null ? 0 : leader.group().epoch(),
                    committed.getOrDefault(group, 0L),
                    List.copyOf(nodes)));
        });
        rows.sort(Comparator.comparing(GroupRow::name));
        return rows;
    }

    private static String summary(List<NodeRow> nodes, List<GroupRow> groups) {
        List<String> bad = nodes.stream()
                .filter(n -> !n.green())
                .map(n -> n.name() + " is " + n.state())
                .toList();
        List<String> headless = groups.stream()
                .filter(g -> g.leader().isEmpty())
                .map(GroupRow::name)
                .toList();
        String text = bad.isEmpty()
                ? nodes.size() == 1 ? "The node is ready." : "All " + nodes.size() + " nodes are ready."
                : String.join(", ", bad) + ".";
        return headless.isEmpty() ? text : text + " No leader: " + String.join(", ", headless) + ".";
    }
}

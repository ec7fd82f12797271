package org.merpati.node;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeChannel;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.runtime.NodeStatus;

/**
 * Takes this node out of service without a loss for anyone: its public doors take no new connections, so that clients,
 * proxies and other mail servers go to another node, and what it leads is led by others. It stays a voter until it is
 * stopped; started again, it serves as before.
 */
final class Drain {
    private static final String OPERATION = "drain";
    private static final String BEGIN = "begin";
    private static final String END = "end";
    private static final String ASK = "ask";
    private static final Duration ASK_LIMIT = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Set<String> DOORS =
            Set.of("smtp", "smtps", "submission", "proxied", "imap", "imaps", "pop3", "pop3s");

    private final NodeContext node;

    Drain(NodeContext node) {
        this.node = node;
        node.channel().offer(OPERATION, (peer, request, answer) -> {
            List<String> left = carryOut(new String(request, StandardCharsets.US_ASCII));
            answer.write(String.join("\n", left).getBytes(StandardCharsets.UTF_8));
        });
    }

    /** Whether a node takes leaderships: it answers, and is not being drained. */
    static boolean accepts(NodeChannel channel, NodeName node) {
        try {
            return channel.ask(node, OPERATION, ASK.getBytes(StandardCharsets.US_ASCII), ASK_LIMIT).length == 0;
        } catch (Failure away) {
            return false;
        }
    }

    /** Whether this node is being drained. */
    boolean active() {
        return node.groups().draining();
    }

    /**
     * Begins to drain a node, or goes on.
     *
     * @return what has to be waited for before it may be stopped, a sentence each
     * @throws Refused if it cannot be spared: a group has its only copy there
     * @throws org.merpati.kernel.TryLater if the node does not answer
     */
    List<String> begin(NodeName target) {
        return ask(target, BEGIN);
    }

    /** Ends it: the node opens its doors, and the groups that prefer it give their leaderships back. */
    void end(NodeName target) {
        ask(target, END);
    }

    private List<String> ask(NodeName target, String what) {
        byte[] said = node.channel()
                .ask(node.topology().node(target).name(), OPERATION, what.getBytes(StandardCharsets.US_ASCII), LIMIT);
        return new String(said, StandardCharsets.UTF_8).lines().toList();
    }

    private List<String> carryOut(String what) {
        return switch (what) {
            case BEGIN -> {
                refuseOnlyCopies();
                node.network().drain(DOORS);
                node.groups().drain(true);
                yield obstacles(Node.clusterStatus(node, LIMIT.dividedBy(2)));
            }
            case END -> {
                node.groups().drain(false);
                node.network().undrain();
                yield List.of();
            }
            case ASK -> active() ? List.of("node " + self() + " is being drained") : List.of();
            default -> throw new Malformed("a drain begins or ends, it does not '" + what + "'");
        };
    }

    private Stream<GroupSpec> voted() {
        return node.topology().groups().stream()
                .filter(group -> group.isVoter(node.self().name()));
    }

    private void refuseOnlyCopies() {
        List<String> alone = voted().filter(group -> group.dataNodes().size() == 1 && !group.isWitness(self()))
                .map(group -> group.name().value())
                .toList();
        if (!alone.isEmpty()) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "node " + self() + " cannot be spared: it has the only copy of " + String.join(", ", alone));
        }
    }

    private NodeName self() {
        return node.self().name();
    }

    private List<String> obstacles(List<NodeStatus> cluster) {
        return voted().map(group -> obstacle(group, cluster))
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<String> obstacle(GroupSpec group, List<NodeStatus> cluster) {
        String name = group.name().value();
        Optional<NodeStatus> leader =
                cluster.stream().filter(status -> status.led().contains(name)).findFirst();
        if (leader.isEmpty()) {
            return Optional.of(name + " is led by nobody now");
        }
        return leader.get().name().equals(self().value())
                ? Optional.of(name + " is still led by " + self())
                : tooFew(group, leader.get(), cluster);
    }

    /** Whether the others are a majority without this node, and lack nothing. */
    private Optional<String> tooFew(GroupSpec group, NodeStatus leader, List<NodeStatus> cluster) {
        List<String> away = group.voters().stream()
                .filter(voter -> !voter.equals(self()))
                .map(NodeName::value)
                .filter(voter -> !abreast(voter, row(group, leader).orElseThrow(), leader.name())
                        || cluster.stream()
                                .noneMatch(s ->
                                        s.name().equals(voter) && row(group, s).isPresent()))
                .toList();
        int here = group.voters().size() - 1 - away.size();
        return here > group.voters().size() / 2
                ? Optional.empty()
                : Optional.of(group.name() + " needs " + String.join(" and ", away)
                        + ", which is away or behind, while this node is stopped");
    }

    private static boolean abreast(String voter, NodeStatus.Group row, String leader) {
        return voter.equals(leader) || row.lag().getOrDefault(voter, Long.MAX_VALUE) <= Groups.SMALL_LAG;
    }

    /** What a node says of a group, if it votes in it and answers. */
    private static Optional<NodeStatus.Group> row(GroupSpec group, NodeStatus status) {
        return status.groups().stream()
                .filter(row -> row.name().equals(group.name().value()))
                .findFirst();
    }
}

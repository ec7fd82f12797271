package org.merpati.node;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.kernel.Failure;
import org.merpati.kernel.MailId;

/**
 * What became of a mail, as the groups know that acknowledged it: the spools that took it and the shards that stored
 * it. Every node says what its copies hold.
 */
final class Traces {
    private static final String SERVICE = "trace";

    private final List<Function<MailId, List<String>>> here = new CopyOnWriteArrayList<>();
    private final Topology topology;
    private final NodeChannel channel;

    Traces(Topology topology, NodeChannel channel) {
        this.topology = topology;
        this.channel = channel;
        channel.offer(SERVICE, (peer, request, answer) -> {
            MailId mail = MailId.parse(new String(request, StandardCharsets.US_ASCII));
            answer.write(String.join("\n", here(mail)).getBytes(StandardCharsets.UTF_8));
        });
    }

    /** Adds what knows of mails on this node; it answers with lines that begin with the time. */
    void add(Function<MailId, List<String>> knows) {
        here.add(knows);
    }

    private List<String> here(MailId mail) {
        return here.stream().flatMap(knows -> knows.apply(mail).stream()).toList();
    }

    /** Asks all nodes; lines in the order of time, then one for each node that did not answer. */
    List<String> of(MailId mail, Duration limit) {
        TreeSet<String> lines = new TreeSet<>();
        EachNode.of(topology.nodes(), node -> ask(node, mail, limit)).forEach(lines::addAll);
        return List.copyOf(lines);
    }

    private List<String> ask(NodeInfo node, MailId mail, Duration limit) {
        try {
            byte[] id = mail.toString().getBytes(StandardCharsets.US_ASCII);
            String answer = new String(channel.ask(node.name(), SERVICE, id, limit), StandardCharsets.UTF_8);
            return answer.lines().filter(line -> !line.isBlank()).toList();
        } catch (Failure away) {
            return List.of(node.name() + " does not answer");
        }
    }
}

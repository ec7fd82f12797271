package org.merpati.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Failure;
import org.merpati.kernel.NodeName;
import org.merpati.wire.Network;

/**
 * Tells a node that it is in the cluster no more: it was taken out, or began anew elsewhere. The others may believe its
 * certificate no more, so it asks as a stranger; nothing else is told to strangers than that.
 */
public final class Removed {
    private static final String SERVICE = "removed";
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private Removed() {}

    /** Answers that question on this node's channel. */
    public static void offer(MinaNodeChannel channel, Topology topology) {
        channel.offerToStrangers(SERVICE, (peer, request, answer) -> {
            BinaryReader in = new BinaryReader(request);
            NodeName node = new NodeName(in.text());
            String said = said(topology.layout(), node, in.count()).orElse("");
            answer.write(new BinaryWriter().text(said).toByteArray());
        });
    }

    /** What a layout says of a node that is in it no more as it is. */
    public static Optional<String> said(Layout layout, NodeName node, int incarnation) {
        if (layout.removed().contains(node)) {
            return Optional.of(sentence(node));
        }
        return layout.incarnation(node) > incarnation
                ? Optional.of("node " + node + " began anew, and this data folder is of before: it serves no more; move"
                        + " it away, and have the node join with the token that 'merpati node token " + node
                        + "' made")
                : Optional.empty();
    }

    /** What is said of a node that was taken out. */
    public static String sentence(NodeName node) {
        return "node " + node
                + " was taken out of the cluster and serves no more; a machine comes back under a new name,"
                + " with an empty data folder: merpati node add";
    }

    /** Asks all other nodes at once; what one of them says, if one says that this node is in the cluster no more. */
    public static Optional<String> ask(Topology topology, NodeIdentity self, Network network) {
        String fingerprint = Authority.fingerprint(self.authority());
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            Stream<CompletableFuture<String>> asking = topology.nodes().stream()
                    .filter(node -> !node.name().equals(self.node()))
                    .map(node -> CompletableFuture.supplyAsync(() -> says(node, fingerprint, self, network), each));
            return asking.toList().stream()
                    .map(CompletableFuture::join)
                    .filter(said -> !said.isEmpty())
                    .findFirst();
        }
    }

    private static String says(NodeInfo node, String fingerprint, NodeIdentity self, Network network) {
        byte[] request = new BinaryWriter()
                .text(self.node().value())
                .varint(self.incarnation())
                .toByteArray();
        try {
            return new BinaryReader(Enrollment.askStranger(network, node, fingerprint, SERVICE, request, LIMIT)).text();
        } catch (IOException | Failure away) {
            return "";
        }
    }
}

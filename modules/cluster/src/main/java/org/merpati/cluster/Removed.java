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
 * Tells a node that it was taken out of the cluster. The others believe its certificate no more, so it asks as a
 * stranger; nothing else is told to strangers than that.
 */
public final class Removed {
    private static final String SERVICE = "removed";
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private Removed() {}

    /** Answers that question on this node's channel. */
    public static void offer(MinaNodeChannel channel, Topology topology) {
        channel.offerToStrangers(SERVICE, (peer, request, answer) -> {
            NodeName node = new NodeName(new BinaryReader(request).text());
            answer.write(new BinaryWriter()
                    .flag(topology.layout().removed().contains(node))
                    .toByteArray());
        });
    }

    /** What is said of a node that was taken out. */
    public static String sentence(NodeName node) {
        return "node " + node
                + " was taken out of the cluster and serves no more; a machine comes back under a new name,"
                + " with an empty data folder: merpati node add";
    }

    /** Asks all other nodes at once; what one of them says, if one says that this node was taken out. */
    public static Optional<String> ask(Topology topology, NodeIdentity self, Network network) {
        String fingerprint = Authority.fingerprint(self.authority());
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            Stream<CompletableFuture<Boolean>> asking = topology.nodes().stream()
                    .filter(node -> !node.name().equals(self.node()))
                    .map(node -> CompletableFuture.supplyAsync(() -> says(node, fingerprint, self, network), each));
            boolean removed =
                    asking.toList().stream().map(CompletableFuture::join).reduce(false, Boolean::logicalOr);
            return removed ? Optional.of(sentence(self.node())) : Optional.empty();
        }
    }

    private static boolean says(NodeInfo node, String fingerprint, NodeIdentity self, Network network) {
        byte[] request = new BinaryWriter().text(self.node().value()).toByteArray();
        try {
            return new BinaryReader(Enrollment.askStranger(network, node, fingerprint, SERVICE, request, LIMIT)).flag();
        } catch (IOException | Failure away) {
            return false;
        }
    }
}

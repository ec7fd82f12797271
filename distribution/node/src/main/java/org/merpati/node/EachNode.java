package org.merpati.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;

/** Asking every node of the cluster, all at once: one that is silent holds up no other. */
final class EachNode {
    private EachNode() {}

    /**
     * Asks and waits for all.
     *
     * @param ask asks one node; it answers for a node that does not, and throws nothing
     * @return the answers, in the order of the topology
     */
    static <T> List<T> of(Topology topology, Function<NodeInfo, T> ask) {
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<T>> asking = topology.nodes().stream()
                    .map(node -> CompletableFuture.supplyAsync(() -> ask.apply(node), each))
                    .toList();
            return asking.stream().map(CompletableFuture::join).toList();
        }
    }
}

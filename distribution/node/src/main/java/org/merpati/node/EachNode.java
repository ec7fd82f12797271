package org.merpati.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.merpati.cluster.NodeInfo;

/** Asking nodes, all at once: one that is silent holds up no other. */
final class EachNode {
    private EachNode() {}

    /**
     * Asks and waits for all.
     *
     * @param ask asks one node; it answers for a node that does not, and throws nothing
     * @return the answers, in the order of the nodes
     */
    static <T> List<T> of(List<NodeInfo> nodes, Function<NodeInfo, T> ask) {
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<T>> asking = nodes.stream()
                    .map(node -> CompletableFuture.supplyAsync(() -> ask.apply(node), each))
                    .toList();
            return asking.stream().map(CompletableFuture::join).toList();
        }
    }
}

package org.merpati.cluster;

import java.util.List;
import java.util.Optional;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;

/**
 * A replicated group as the topology lays it out: its voters, at most one of them a witness, and the data node that
 * leads it when all is well.
 */
public record GroupSpec(GroupName name, List<NodeName> dataNodes, Optional<NodeName> witness, NodeName preferred) {
    public GroupSpec {
        dataNodes = List.copyOf(dataNodes);
    }

    /** All voters, data nodes first. */
    public List<NodeName> voters() {
        return witness.map(w -> java.util.stream.Stream.concat(dataNodes.stream(), java.util.stream.Stream.of(w))
                        .toList())
                .orElse(dataNodes);
    }

    /** Whether the node votes in this group, with data or as the witness. */
    public boolean isVoter(NodeName node) {
        return voters().contains(node);
    }

    /** Whether the node is this group's witness. */
    public boolean isWitness(NodeName node) {
        return witness.filter(node::equals).isPresent();
    }
}

package org.merpati.cluster;

import java.util.Set;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;

/**
 * A node of the configured cluster: its name, the host that the others reach it by, its roles, and the ports of the
 * traffic between nodes (node channel, Hazelcast, Ratis).
 */
public record NodeInfo(NodeName name, String host, Set<Role> roles, int channelPort, int hazelcastPort, int raftPort) {
    public NodeInfo {
        roles = Set.copyOf(roles);
    }

    /** Whether it runs the role. */
    public boolean has(Role role) {
        return roles.contains(role);
    }
}

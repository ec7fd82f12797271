package org.merpati.cluster;

import java.util.Set;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;

/**
 * A node of the configured cluster: its name, the host that the others reach it by, its roles, and the ports of the
 * traffic between nodes; a port of a role that it does not run is 0.
 *
 * @param channelPort the node channel
 * @param hazelcastPort Hazelcast
 * @param raftPort Ratis
 * @param lmtpPort delivery to a mailbox node
 * @param imapPort a proxy's IMAP sessions at a mailbox node
 * @param submissionPort a proxy's submission sessions at an MTA
 */
public record NodeInfo(
        NodeName name,
        String host,
        Set<Role> roles,
        int channelPort,
        int hazelcastPort,
        int raftPort,
        int lmtpPort,
        int imapPort,
        int submissionPort) {
    public NodeInfo {
        roles = Set.copyOf(roles);
    }

    /** A node with the ports that every node has. */
    public NodeInfo(NodeName name, String host, Set<Role> roles, int channelPort, int hazelcastPort, int raftPort) {
        this(name, host, roles, channelPort, hazelcastPort, raftPort, 0, 0, 0);
    }

    /** Whether it runs the role. */
    public boolean has(Role role) {
        return roles.contains(role);
    }
}

package org.merpati.cluster;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;

/**
 * A node of the cluster: its name, the host that the others reach it by, its roles, and the ports of the
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

    /** A port that this node and another would both take, if their hosts are one. */
    Optional<Integer> clash(NodeInfo other) {
        return host.equalsIgnoreCase(other.host)
                ? ports().values().stream()
                        .filter(port -> port > 0 && other.ports().containsValue(port))
                        .findFirst()
                : Optional.empty();
    }

    /** Its ports by their keys in a configuration file, always in the same order. */
    public SequencedMap<String, Integer> ports() {
        SequencedMap<String, Integer> ports = new LinkedHashMap<>();
        ports.put("channel-port", channelPort);
        ports.put("hazelcast-port", hazelcastPort);
        ports.put("raft-port", raftPort);
        ports.put("lmtp-port", lmtpPort);
        ports.put("imap-port", imapPort);
        ports.put("submission-port", submissionPort);
        return ports;
    }
}

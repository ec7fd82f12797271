package org.merpati.node.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.runtime.NodeConfig;

/** The topology that a configuration file lays out: that of a cluster to which nothing was added yet. */
public final class Seed {
    private Seed() {}

    /** The topology of the configured nodes. */
    public static Topology of(NodeConfig config) {
        List<NodeInfo> nodes = new ArrayList<>();
        for (NodeConfig.Member member : config.cluster().nodes()) {
            Set<Role> roles = member.roles().stream().map(Role::parse).collect(Collectors.toSet());
            nodes.add(new NodeInfo(
                    new NodeName(member.name()),
                    member.host(),
                    roles,
                    member.channelPort(),
                    member.hazelcastPort(),
                    member.raftPort(),
                    member.lmtpPort(),
                    member.imapPort(),
                    member.submissionPort()));
        }
        return new Topology(Id.parse(config.cluster().id()), nodes);
    }
}

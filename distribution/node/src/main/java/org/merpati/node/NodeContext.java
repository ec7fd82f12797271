package org.merpati.node;

import javax.net.ssl.SSLContext;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.Layout;
import org.merpati.cluster.Members;
import org.merpati.cluster.MinaNodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Ids;
import org.merpati.node.filter.Learned;
import org.merpati.runtime.Health;
import org.merpati.runtime.NodeConfig;
import org.merpati.wire.LocalDoor;
import org.merpati.wire.Network;

/**
 * What every role of a node stands on.
 *
 * @param hostname the name that servers greet with
 * @param publicTls what clients are shown
 * @param learned what everybody has taught the mail filter
 */
record NodeContext(
        NodeConfig config,
        Topology topology,
        NodeInfo self,
        FileIdentity identity,
        SSLContext publicTls,
        String hostname,
        Network network,
        MinaNodeChannel channel,
        Routes routes,
        Members members,
        Groups groups,
        Directory directory,
        Learned learned,
        Logins logins,
        LocalDoor door,
        Health health,
        Traces traces,
        Verify verify,
        Ids ids,
        Clock clock) {
    /** The newest layout of the cluster that this node can know of. */
    Layout newestLayout() {
        Layout here = topology.layout();
        return directory
                .people()
                .layout()
                .filter(known -> known.version() > here.version())
                .orElse(here);
    }
}

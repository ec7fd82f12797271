package org.merpati.dev.copies;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.MinaNodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalConfig;
import org.merpati.journal.RatisJournals;
import org.merpati.journal.StateMachine;
import org.merpati.journal.level.Release;
import org.merpati.kernel.Clock;
import org.merpati.kernel.NodeName;
import org.merpati.wire.Network;

/** What a voter stands on, as in a node: its identity, its channel to the others and its journals. */
final class VoterNode implements AutoCloseable {
    private final Network network;
    private final MinaNodeChannel channel;
    private final RatisJournals journals;
    private final GroupSpec group;

    VoterNode(Path folder, Topology topology, int number, JournalConfig config) throws IOException {
        NodeName self = Voter.name(number);
        Path home = Voter.home(folder, number);
        FileIdentity identity = FileIdentity.open(self, home.resolve("identity"));
        NodeInfo info = topology.node(self);
        GroupSpec shard = topology.group(Voter.GROUP).orElseThrow();
        group = new GroupSpec(Voter.GROUP, shard.dataNodes(), Optional.empty(), self);
        network = new Network(self.value(), 1);
        channel = new MinaNodeChannel(
                topology, identity, network, new InetSocketAddress(info.host(), info.channelPort()));
        journals = new RatisJournals(
                topology, self, identity, channel, home, config, Clock.system(), Release.ours("bench"));
    }

    /** Opens the group. */
    Journal open(StateMachine state) {
        return journals.open(group, state);
    }

    @Override
    public void close() {
        journals.close();
        channel.close();
        network.close();
    }
}

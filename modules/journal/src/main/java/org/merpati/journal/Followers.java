package org.merpati.journal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.merpati.kernel.NodeName;

/** What Ratis knows on the leader about the other voters. */
final class Followers {
    private final NodeName self;
    private final RaftServer.Division division;

    Followers(NodeName self, RaftServer.Division division) {
        this.self = self;
        this.division = division;
    }

    private List<ServerRpcProto> known() {
        return division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
    }

    private static NodeName node(ServerRpcProto follower) {
        return Engine.nodeOf(RaftPeerId.valueOf(follower.getId().getId()));
    }

    /** Those that answered within the time, in milliseconds. */
    List<NodeName> present(long withinMillis) {
        return known().stream()
                .filter(f -> f.getLastRpcElapsedTimeMs() <= withinMillis)
                .map(Followers::node)
                .toList();
    }

    /** How many entries each other voter lacks; while the voters change, also of those of before. */
    Map<NodeName, Long> lag() {
        long last = division.getRaftLog().getNextIndex() - 1;
        Map<NodeName, Long> lag = new HashMap<>();
        for (RaftPeer voter : division.getRaftConf().getAllPeers()) {
            lag.put(Engine.nodeOf(voter.getId()), last);
        }
        lag.remove(self);
        long[] matched = division.getInfo().getFollowerMatchIndices();
        int next = 0;
        if (matched != null && matched.length == lag.size()) {
            for (ServerRpcProto follower : known()) {
                lag.put(node(follower), Math.max(0, last - Math.max(0, matched[next++])));
            }
            return lag;
        }
        for (CommitInfoProto info : division.getCommitInfos()) {
            NodeName voter = Engine.nodeOf(RaftPeerId.valueOf(info.getServer().getId()));
            lag.computeIfPresent(voter, (v, all) -> Math.max(0, last - info.getCommitIndex()));
        }
        return lag;
    }
}

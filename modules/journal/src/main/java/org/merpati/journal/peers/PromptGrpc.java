package org.merpati.journal.peers;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.raftlog.RaftLogIOException;

/**
 * Ratis over gRPC whose leaders tell their followers soon what is committed. The next entry says it anyway; if none
 * follows, a heartbeat does. (Ratis' own way is an entry of metadata behind each entry, which every voter writes and
 * syncs like any other; without it, followers learn of the last entry with the next regular heartbeat.)
 *
 * <p>Ratis makes this by its name, so it is public and has a constructor without arguments.
 */
public final class PromptGrpc implements RpcType {
    /** How long the next entry is waited for before a heartbeat tells what is committed, in milliseconds. */
    private static final long NEXT_ENTRY_MILLIS = 10;

    @Override
    public String name() {
        return PromptGrpc.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    private static final class Factory extends GrpcFactory {
        Factory(Parameters parameters) {
            super(parameters);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            return new Appender(server, state, follower);
        }
    }

    /** What sends entries to one follower. All but {@link #told} belongs to Ratis; one thread sends. */
    private static final class Appender extends GrpcLogAppender {
        /** The index up to which the follower was told that entries are committed. */
        private volatile long told;

        Appender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            super(server, state, follower);
        }

        @Override
        public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
                throws RaftLogIOException {
            AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
            if (request != null) {
                told = request.getLeaderCommit();
            }
            return request;
        }

        @Override
        public long getHeartbeatWaitTimeMs() {
            long regular = super.getHeartbeatWaitTimeMs();
            FollowerInfo follower = getFollower();
            boolean behind = told < follower.getMatchIndex() && !hasAppendEntries() && !hasPendingDataRequests();
            if (!behind) {
                return regular;
            }
            long quiet = follower.getLastRpcResponseTime().elapsedTimeMs();
            boolean newer = getRaftLog().getLastCommittedIndex() > told;
            long wait = newer ? Math.max(0, NEXT_ENTRY_MILLIS - quiet) : NEXT_ENTRY_MILLIS;
            return Math.min(regular, wait);
        }
    }
}

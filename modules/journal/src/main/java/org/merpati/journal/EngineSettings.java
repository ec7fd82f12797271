package org.merpati.journal;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.merpati.cluster.NodeInfo;
import org.merpati.journal.peers.PromptGrpc;

/**
 * How Ratis is set up, each setting with its reason (replication.md §3 and §10.12). The properties are shared by all
 * groups of the process; what differs between groups is set just before a group is added.
 */
final class EngineSettings {
    /** What an append to a follower may hold; a batch is smaller. */
    private static final long APPEND_LIMIT = 1 << 20;

    private static final int CACHED_SEGMENTS = 2;
    private static final int SYNC_TOGETHER = 128;

    /**
     * How long a leader waits between attempts to reach a voter that is away: pairs of a time and a count. The default
     * waits 5 s after half a minute, and once more when the voter is back: until then nothing reaches it, and if the
     * leader dies, the witness has to bring it up to date first.
     */
    private static final String RETRIES = "1ms,10, 200ms,1000000000";

    private EngineSettings() {}

    /** The settings of a node's one server. */
    static RaftProperties of(NodeInfo self, JournalConfig config, Path root) {
        RaftProperties settings = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(settings, List.of(root.toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(
                settings, root.resolve("removed").toFile());
        RaftServerConfigKeys.setStorageFreeSpaceMin(settings, SizeInBytes.ONE_KB);
        // A node that was frozen for long goes on as a follower; the default would close all of its groups.
        RaftServerConfigKeys.setCloseThreshold(settings, TimeDuration.valueOf(30, TimeUnit.DAYS));
        transport(settings, self);
        timing(settings, config);
        log(settings, config);
        return settings;
    }

    private static void transport(RaftProperties settings, NodeInfo self) {
        RaftConfigKeys.Rpc.setType(settings, new PromptGrpc());
        GrpcConfigKeys.setUseEpoll(settings, false);
        GrpcConfigKeys.Server.setHost(settings, self.host());
        GrpcConfigKeys.Server.setPort(settings, self.raftPort());
        GrpcConfigKeys.setMessageSizeMax(settings, SizeInBytes.valueOf(8 * APPEND_LIMIT));
    }

    private static void timing(RaftProperties settings, JournalConfig config) {
        TimeDuration min = duration(config.electionMin());
        TimeDuration max = duration(config.electionMax());
        RaftServerConfigKeys.Rpc.setTimeoutMin(settings, min);
        RaftServerConfigKeys.Rpc.setTimeoutMax(settings, max);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(settings, min);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(settings, max);
        RaftServerConfigKeys.Rpc.setRequestTimeout(
                settings, duration(config.electionMax().multipliedBy(2)));
        RaftServerConfigKeys.LeaderElection.setPreVote(settings, true);
        RaftServerConfigKeys.Read.setOption(settings, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setTimeout(
                settings, duration(config.electionMax().multipliedBy(2)));
        // Ratis' own lease answers a barrier without asking anyone, and the journal's lease starts at that answer:
        // together
        // they stay below the shortest election time-out.
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(settings, true);
        RaftServerConfigKeys.Read.setLeaderLeaseTimeoutRatio(settings, JournalConfig.ENGINE_LEASE);
        // Nothing is ever sent twice under one id, so answers need not be remembered for long.
        RaftServerConfigKeys.RetryCache.setExpiryTime(
                settings, duration(config.electionMax().multipliedBy(2)));
    }

    private static void log(RaftProperties settings, JournalConfig config) {
        RaftServerConfigKeys.Log.setPreallocatedSize(settings, SizeInBytes.valueOf(0));
        RaftServerConfigKeys.Log.setSegmentSizeMax(settings, SizeInBytes.valueOf(config.segmentOctets()));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(settings, CACHED_SEGMENTS);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(
                settings, SizeInBytes.valueOf(CACHED_SEGMENTS * config.segmentOctets()));
        RaftServerConfigKeys.Log.setWriteBufferSize(settings, SizeInBytes.valueOf(APPEND_LIMIT + 4096));
        // One sync for the entries that wait; none counts before it.
        RaftServerConfigKeys.Log.setForceSyncNum(settings, SYNC_TOGETHER);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(settings, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(settings, false);
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(settings, false);
        // What is committed is told without an entry of its own, which would be synced like any other (PromptGrpc).
        RaftServerConfigKeys.Log.setLogMetadataEnabled(settings, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(settings, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        // Replica#purgeable alone says what is dropped; the commits of peers that Ratis happens to know say less.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(settings, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(settings, config.logMargin());
        RaftServerConfigKeys.Log.setPurgeGap(settings, Math.max(1, config.logMargin() / 4));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(settings, SizeInBytes.valueOf(APPEND_LIMIT));
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(settings, TimeDuration.ZERO);
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(settings, false);
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(settings, RETRIES);
        RaftServerConfigKeys.Write.setByteLimit(settings, SizeInBytes.valueOf(config.pendingOctets()));
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(settings, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(settings, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(settings, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(settings, 1);
    }

    /** Sets what the next group that is added is opened with. */
    static void forGroup(RaftProperties settings, File folder) {
        RaftServerConfigKeys.setStorageDir(settings, List.of(folder));
    }

    static TimeDuration duration(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}

package org.merpati.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.util.ExitUtils;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.journal.disk.FolderIdentity;
import org.merpati.journal.peers.PeerGate;
import org.merpati.journal.peers.PeerTrust;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;

/** This node's one Ratis server, spoken to inside the process. */
final class Engine implements AutoCloseable {
    static {
        // Ratis ends the whole process when its port is taken or a thread dies of an exception.
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
    }

    private final Topology topology;
    private final NodeName self;
    private final RaftProperties settings;
    private final RaftServer server;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final Map<GroupName, RaftGroupId> entered = new ConcurrentHashMap<>();
    private final Map<RaftGroupId, Replica> replicas = new ConcurrentHashMap<>();
    private final Set<RaftGroupId> opening = ConcurrentHashMap.newKeySet();
    private final Map<RaftGroupId, Integer> changes = new ConcurrentHashMap<>();
    private volatile Ended ended = (group, sender) -> {};

    /** Told whose call is over on which it sent entries of a group. */
    @FunctionalInterface
    interface Ended {
        void call(GroupSpec group, NodeName sender);
    }

    Engine(Topology topology, NodeIdentity identity, JournalConfig config, Path root, Clock clock) throws IOException {
        this.topology = topology;
        this.self = identity.node();
        this.settings = EngineSettings.of(topology.node(self), config, root);
        Parameters parameters = new Parameters();
        mutualTls(parameters, new PeerTrust(identity, topology), identity, clock);
        server = RaftServer.newBuilder()
                .setServerId(peerId(self, identity.incarnation()))
                .setProperties(settings)
                .setParameters(parameters)
                .setStateMachineRegistry(this::registered)
                .build();
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void mutualTls(Parameters parameters, PeerTrust trust, NodeIdentity identity, Clock clock) {
        GrpcTlsConfig tls = GrpcTlsConfig.newBuilder()
                .setKeyManager(identity.keyManager())
                .setTrustManager(trust)
                .setMutualTls(true)
                .setSslProvider(SslProvider.JDK)
                .build();
        GrpcConfigKeys.TLS.setConf(parameters, tls);
        RaftPeerId here = peerId(self, identity.incarnation());
        PeerGate gate = new PeerGate(trust, here, opening::contains, this::changes, this::ended, clock);
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, (builder, types) -> builder.intercept(gate));
    }

    /** Has a listener told of calls that are over. */
    void onEnded(Ended listener) {
        ended = listener;
    }

    private void ended(RaftGroupId group, RaftPeerId sender) {
        topology.groups().stream()
                .filter(spec -> groupId(spec).equals(group))
                .forEach(spec -> ended.call(spec, nodeOf(sender)));
    }

    private int changes(RaftGroupId group) {
        return changes.getOrDefault(group, 0);
    }

    private Replica registered(RaftGroupId group) {
        Replica replica = replicas.get(group);
        if (replica == null) {
            throw new IllegalStateException("group " + group + " is not of this node");
        }
        return replica;
    }

    /** The id of a node as a voter (replication.md §10.3). */
    private static RaftPeerId peerId(NodeName node, int incarnation) {
        return RaftPeerId.valueOf(node + "#" + incarnation);
    }

    /** The id of a node as a voter in the life that the layout says it is in. */
    private RaftPeerId peerId(NodeName node) {
        return peerId(node, topology.layout().incarnation(node));
    }

    /** The node that a voter's id names. */
    static NodeName nodeOf(RaftPeerId peer) {
        String id = peer.toString();
        return new NodeName(id.substring(0, id.indexOf('#')));
    }

    /** The id of a group that is open here; of another, the one that it has by the layout. */
    private RaftGroupId groupId(GroupSpec spec) {
        RaftGroupId here = entered.get(spec.name());
        return here == null ? laidOut(spec) : here;
    }

    private RaftGroupId laidOut(GroupSpec spec) {
        return RaftGroupId.valueOf(FolderIdentity.engineId(topology.cluster(), spec.name(), generation(spec.name())));
    }

    /** How often a group went on with one copy. */
    int generation(GroupName group) {
        return topology.layout().generation(group);
    }

    /** Whether a group is open here as what it was before it went on with one copy. */
    boolean isOutdated(GroupSpec spec) {
        return !groupId(spec).equals(laidOut(spec));
    }

    /** This node as a voter of a group. */
    RaftPeer self(GroupSpec spec) {
        return voter(spec, self);
    }

    /** A voter of a group as the layout has it. */
    private RaftPeer voter(GroupSpec spec, NodeName node) {
        NodeInfo info = topology.node(node);
        return RaftPeer.newBuilder()
                .setId(peerId(node))
                .setAddress(info.host() + ":" + info.raftPort())
                .setPriority(spec.isWitness(node) ? 0 : 1)
                .build();
    }

    /** A group as it begins; a node that joins it stands for nothing until the others have taken it in. */
    private RaftGroup group(GroupSpec spec) {
        return topology.layout().joins(self, spec.name())
                ? RaftGroup.valueOf(groupId(spec))
                : RaftGroup.valueOf(
                        groupId(spec),
                        spec.voters().stream().map(node -> voter(spec, node)).toList());
    }

    /**
     * Opens a group's log in its folder and takes part. One group at a time, because the settings are shared.
     *
     * @throws IOException if the log cannot be opened
     */
    synchronized void add(GroupSpec spec, Replica replica, Path folder) throws IOException {
        EngineSettings.forGroup(settings, folder.toFile());
        entered.put(spec.name(), laidOut(spec));
        replicas.put(groupId(spec), replica);
        GroupManagementRequest request =
                GroupManagementRequest.newAdd(client, server.getId(), calls.incrementAndGet(), group(spec), false);
        changes.merge(groupId(spec), 1, Integer::sum);
        opening.add(groupId(spec));
        try {
            RaftClientReply reply = server.groupManagement(request);
            if (!reply.isSuccess()) {
                forget(spec);
                throw new IOException("the log does not open", reply.getException());
            }
        } finally {
            opening.remove(groupId(spec));
        }
    }

    /** Leaves a group, if it is open; the files stay. */
    synchronized void remove(GroupSpec spec) throws IOException {
        if (!replicas.containsKey(groupId(spec))) {
            return;
        }
        changes.merge(groupId(spec), 1, Integer::sum);
        server.groupManagement(GroupManagementRequest.newRemove(
                client, server.getId(), calls.incrementAndGet(), groupId(spec), false, false));
        forget(spec);
    }

    private void forget(GroupSpec spec) {
        replicas.remove(groupId(spec));
        entered.remove(spec.name());
    }

    private RaftClientRequest request(GroupSpec spec, Message message, RaftClientRequest.Type type) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(server.getId())
                .setGroupId(groupId(spec))
                .setCallId(calls.incrementAndGet())
                .setMessage(message)
                .setType(type)
                .build();
    }

    /**
     * Appends an entry; the answer comes when it is applied here. It may wait for room in the log: not to be called
     * from the engine's own threads.
     */
    CompletableFuture<RaftClientReply> append(GroupSpec spec, Message entry) {
        return submit(spec, entry, RaftClientRequest.writeRequestType());
    }

    /** Raft's ReadIndex; a follower that asks its leader succeeds too. */
    CompletableFuture<RaftClientReply> readIndex(GroupSpec spec) {
        return submit(spec, Message.EMPTY, RaftClientRequest.readRequestType());
    }

    /** Asks the group itself: by way of the server, another thread would have to wake first. */
    private CompletableFuture<RaftClientReply> submit(GroupSpec spec, Message message, RaftClientRequest.Type type) {
        try {
            return ((RaftClientAsynchronousProtocol) division(spec))
                    .submitClientRequestAsync(request(spec, message, type));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Asks for a checkpoint between two entries. */
    CompletableFuture<RaftClientReply> checkpoint(GroupSpec spec, long limitMillis) {
        try {
            return server.snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                    client, server.getId(), groupId(spec), calls.incrementAndGet(), limitMillis, 1));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Hands leadership over.
     *
     * @throws IOException if it fails
     */
    void transfer(GroupSpec spec, NodeName to, long limitMillis) throws IOException {
        RaftPeerId heir = voting(spec)
                .map(RaftPeer::getId)
                .filter(peer -> nodeOf(peer).equals(to))
                .findFirst()
                .orElseThrow(() -> new IOException("node " + to + " does not vote in group " + spec.name() + " yet"));
        RaftClientReply reply = server.transferLeadership(new TransferLeadershipRequest(
                client, server.getId(), groupId(spec), calls.incrementAndGet(), heir, limitMillis));
        if (!reply.isSuccess()) {
            throw new IOException("the transfer failed", reply.getException());
        }
    }

    /** Whether a peer votes. While the voters change, those of before have to agree, too: who joins is none yet. */
    private boolean votes(GroupSpec spec, RaftPeerId peer) throws IOException {
        RaftConfiguration conf = division(spec).getRaftConf();
        return contains(conf.getCurrentPeers(), peer)
                && (conf.getPreviousPeers().isEmpty() || contains(conf.getPreviousPeers(), peer));
    }

    private static boolean contains(Collection<RaftPeer> peers, RaftPeerId wanted) {
        return peers.stream().anyMatch(peer -> peer.getId().equals(wanted));
    }

    /** Those who vote in a group now, as far as this node has heard. */
    private Stream<RaftPeer> voting(GroupSpec spec) throws IOException {
        return division(spec).getRaftConf().getCurrentPeers().stream();
    }

    /** Whether this node votes in a group. */
    boolean votes(GroupSpec spec) throws IOException {
        return votes(spec, server.getId());
    }

    /** What this node is in a group, for people: see {@link JournalStatus#state}. */
    String role(GroupSpec spec) throws IOException {
        if (!votes(spec)) {
            return JournalStatus.JOINS;
        }
        if (spec.isWitness(self)) {
            return "witness";
        }
        DivisionInfo info = division(spec).getInfo();
        return info.isLeader() ? "leader" : info.isFollower() ? "follower" : "candidate";
    }

    /** Whether a node votes in a group as what the layout says that it is now. */
    boolean votes(GroupSpec spec, NodeName node) throws IOException {
        return votes(spec, peerId(node));
    }

    /**
     * Has a node vote in a group, once it has what the leader has: in the place of what it was before it began anew, or
     * of a node that the layout has there no more. Raft's change of the configuration, by joint consensus; to be asked
     * of the leader.
     */
    CompletableFuture<RaftClientReply> admit(GroupSpec spec, NodeName node) {
        try {
            List<RaftPeer> next = Stream.concat(
                            voting(spec).filter(peer -> stays(spec, nodeOf(peer.getId()), node)),
                            Stream.of(voter(spec, node)))
                    .toList();
            return server.setConfigurationAsync(new SetConfigurationRequest(
                    client,
                    server.getId(),
                    groupId(spec),
                    calls.incrementAndGet(),
                    SetConfigurationRequest.Arguments.newBuilder()
                            .setServersInNewConf(next)
                            .build()));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private boolean stays(GroupSpec spec, NodeName voter, NodeName joining) {
        return !voter.equals(joining)
                && topology.group(spec.name()).filter(now -> now.isVoter(voter)).isPresent();
    }

    /** Whether this node follows that leader in a group. */
    boolean follows(GroupSpec spec, NodeName leader) throws IOException {
        DivisionInfo info = division(spec).getInfo();
        RaftPeerId followed = info.getLeaderId();
        return info.isFollower() && followed != null && nodeOf(followed).equals(leader);
    }

    /**
     * Has this node stand for election, as if its leader had asked it to take over.
     *
     * @return false if the engine refuses, because the leader is another by now or the log holds nothing of its term
     * @throws IOException if the group is not open
     */
    boolean stand(GroupSpec spec, NodeName leader) throws IOException {
        TermIndex last = division(spec).getRaftLog().getLastEntryTermIndex();
        RaftPeerId followed = division(spec).getInfo().getLeaderId();
        if (last == null || followed == null || !nodeOf(followed).equals(leader)) {
            return false;
        }
        RaftRpcRequestProto request = RaftRpcRequestProto.newBuilder()
                .setRequestorId(followed.toByteString())
                .setReplyId(server.getId().toByteString())
                .setRaftGroupId(
                        RaftGroupIdProto.newBuilder().setId(groupId(spec).toByteString()))
                .build();
        return server.startLeaderElection(StartLeaderElectionRequestProto.newBuilder()
                        .setServerRequest(request)
                        .setLeaderLastEntry(last.toProto())
                        .build())
                .getServerReply()
                .getSuccess();
    }

    /**
     * The group's inside.
     *
     * @throws IOException if the group is not open
     */
    RaftServer.Division division(GroupSpec spec) throws IOException {
        return server.getDivision(groupId(spec));
    }

    /** The other voters of a group that is led here which answered within a time; nobody if it is not open. */
    List<NodeName> present(GroupSpec spec, Duration within) {
        try {
            return new Followers(self, division(spec)).present(within.toMillis());
        } catch (IOException closed) {
            return List.of();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the engine does not close", e);
        }
    }
}

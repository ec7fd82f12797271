package org.merpati.journal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.disk.Room;
import org.merpati.journal.level.Levels;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One group on this node over Ratis. Its {@link #tick} is called again and again by {@link RatisJournals}. */
final class RatisJournal implements Journal, Replica.Events, Batcher.Log {
    /** What a group needs of the node that runs it. */
    interface Node {
        /** This node. */
        NodeName name();

        /** Reports a checkpoint of this node to the leader. */
        void report(GroupSpec spec, NodeName leader, long index);

        /** Tells the leader why there is no room here; an empty text says that there is. */
        void shortage(GroupSpec spec, NodeName leader, String why);

        /** Raises the feature level of a group that is led here. */
        Levels levels(GroupSpec spec);

        /** Leaves the group; the files stay. */
        void leave(RatisJournal journal);

        /** Leaves the group and opens it again, so that an installed checkpoint counts. */
        void reopen(RatisJournal journal);

        /** Calls {@link #tick} of the group soon. */
        void soon(RatisJournal journal);
    }

    private static final Logger LOG = LoggerFactory.getLogger(RatisJournal.class);

    private final GroupSpec spec;
    private final JournalConfig config;
    private final Clock clock;
    private final Engine engine;
    private final Node node;
    private final ReplicaRecord record;
    private final Announcer announcer;
    private final Handover handover;
    private final Reports reports;
    private final Lease lease;
    private final AtomicLong confirmedTerm = new AtomicLong(-1);
    private final AtomicBoolean asking = new AtomicBoolean();
    private final AtomicBoolean checkpointing = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Shortages shortages;
    private final Levels levels;
    private volatile Batcher batcher;
    private volatile @Nullable Replica replica;
    private volatile @Nullable String failure;

    RatisJournal(GroupSpec spec, JournalConfig config, Clock clock, Engine engine, Node node, ReplicaRecord record) {
        this.spec = spec;
        this.config = config;
        this.clock = clock;
        this.engine = engine;
        this.node = node;
        this.record = record;
        this.levels = node.levels(spec);
        this.reports = new Reports(spec, clock, config.electionMax().toNanos(), this::tell);
        this.announcer = new Announcer(spec.name().value());
        Handover.Part part = new Handover.Part(announcer, () -> node.soon(this), this::notLeading);
        this.handover = new Handover(spec, node.name(), config, engine, part);
        this.lease = new Lease(clock, config.lease().toNanos());
        this.shortages = new Shortages(spec, node.name(), clock, (leader, why) -> node.shortage(spec, leader, why));
        this.batcher = batcher();
    }

    private Batcher batcher() {
        return new Batcher(config, clock, this);
    }

    /** Takes the copy that Ratis drives from now on, and the room that its log has. */
    void attach(Replica copy, Room left) {
        replica = copy;
        shortages.room(left);
    }

    /** Leaves the group closed, because its log is damaged. */
    void refuse(String damage) {
        failure = damage;
        LOG.error("group {} is not opened on node {}: {}", spec.name(), node.name(), damage);
    }

    /** Whether this node does not take part in the group any more, though it was not closed. */
    boolean hasFailed() {
        return failure != null;
    }

    /** The layout of the group. */
    GroupSpec spec() {
        return spec;
    }

    /** The replica's record. */
    ReplicaRecord record() {
        return record;
    }

    /** The copy with data, if this node has one and it is sound. */
    Optional<DataReplica> data() {
        return failure == null ? copy() : Optional.empty();
    }

    /** The copy with data, sound or not, if this node has one. */
    Optional<DataReplica> copy() {
        return replica instanceof DataReplica data ? Optional.of(data) : Optional.empty();
    }

    @Override
    public GroupName group() {
        return spec.name();
    }

    @Override
    public Leadership leadership() {
        return announcer.present();
    }

    @Override
    public void watch(Consumer<Leadership> listener) {
        announcer.add(listener);
    }

    @Override
    public TryLater unavailable(String why) {
        Leadership now = leadership();
        String sentence = "group " + spec.name() + " cannot answer on node " + node.name() + ": " + why;
        return now.leader()
                .filter(leader -> !leader.equals(node.name()))
                .map(leader -> new TryLater(sentence, new Route(spec.name(), leader, now.epoch())))
                .orElseGet(() -> new TryLater(sentence));
    }

    private TryLater notLeading() {
        String why = failure;
        return unavailable(why != null ? "its copy has failed" : "it does not lead");
    }

    @Override
    public byte[] submit(byte[] command) {
        return batcher.await(submitAsync(command));
    }

    @Override
    public CompletableFuture<byte[]> submitAsync(byte[] command) {
        if (!leadership().leading() || failure != null) {
            return CompletableFuture.failedFuture(notLeading());
        }
        Optional<Refused> early = copy().flatMap(data -> data.tooEarly(command, levels));
        if (early.isPresent()) {
            return CompletableFuture.failedFuture(early.get());
        }
        Optional<String> why = shortages.refusal();
        return why.isEmpty()
                ? batcher.submit(command)
                : CompletableFuture.failedFuture(
                        new TryLater("group " + spec.name() + " takes no changes now: " + why.get()));
    }

    @Override
    public CompletableFuture<?> append(Batcher.InFlight entry) {
        return engine.append(spec, entry).thenApply(RatisJournal::succeeded);
    }

    @Override
    public long nextMillis() {
        return record.nextMillis(clock.millis());
    }

    private static RaftClientReply succeeded(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new java.util.concurrent.CompletionException(reply.getException());
        }
        return reply;
    }

    private void tell(NodeName leader, long index) {
        if (leader.equals(node.name())) {
            report(leader, index);
        } else {
            node.report(spec, leader, index);
        }
    }

    /** Takes the report of a data node, if this node leads. */
    void report(NodeName from, long index) {
        batcher.send(from.value(), new Entry.Checkpointed(from, index));
    }

    /** Takes a voter's word that its log has no room, if this node leads. */
    void shortage(NodeName from, String why) {
        shortages.heard(from, why);
    }

    @Override
    public void barrier() {
        Leadership now = leadership();
        if (!now.leading() || failure != null) {
            throw notLeading();
        }
        long limit = config.electionMax().multipliedBy(2).toMillis();
        try {
            if (!ask(now.epoch()).get(limit, TimeUnit.MILLISECONDS)) {
                throw notLeading();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable("a majority of its voters does not answer");
        }
    }

    /** Asks whether this node leads in that epoch; a yes extends the lease. */
    private CompletableFuture<Boolean> ask(Epoch epoch) {
        long since = clock.nanos();
        if (!leadsIn(epoch.term())) {
            return CompletableFuture.completedFuture(false);
        }
        return engine.readIndex(spec).thenApply(reply -> {
            boolean leads = reply.isSuccess() && leadsIn(epoch.term());
            if (leads) {
                lease.extend(epoch, since);
            }
            return leads;
        });
    }

    private boolean leadsIn(long term) {
        try {
            DivisionInfo info = engine.division(spec).getInfo();
            return info.isLeader() && info.isLeaderReady() && info.getCurrentTerm() == term && info.isLeader();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean leased() {
        Leadership now = leadership();
        return now.leading() && failure == null && lease.holds(now.epoch());
    }

    @Override
    public void transfer(NodeName to) {
        if (!spec.dataNodes().contains(to)) {
            throw new IllegalArgumentException("node " + to + " has no data of group " + spec.name());
        }
        if (!leadership().leading()) {
            throw notLeading();
        }
        if (!handover.hears(to)) {
            throw unavailable("it does not hear node " + to);
        }
        try {
            handover.to(to, batcher);
        } catch (IOException e) {
            throw unavailable("node " + to + " did not take over in time");
        }
    }

    @Override
    public void leadershipMoved() {
        node.soon(this);
    }

    @Override
    public void failed(String why) {
        if (fail(why)) {
            Thread.ofVirtual().name("journal-leave-" + spec.name()).start(() -> node.leave(this));
        }
    }

    /** Serves nobody from now on; false if that is so already. The engine is left as it is. */
    boolean fail(String why) {
        synchronized (this) {
            if (closed.get() || failure != null) {
                return false;
            }
            failure = why;
        }
        LOG.error(
                "group {} has failed on node {} and serves nobody until it is opened again: {}",
                spec.name(),
                node.name(),
                why);
        announcer.announce(new Leadership(false, Optional.empty(), leadership().epoch()));
        batcher.close();
        return true;
    }

    /** Serves again as far as this node's copy is concerned: it was mended, and is about to be opened. */
    void mended() {
        confirmedTerm.set(-1);
        reports.forget();
        batcher.giveUp();
        batcher = batcher();
        failure = null;
    }

    /** Hands leadership to any other data node, if this one leads and another takes it. */
    void handOver() {
        if (leadership().leading()) {
            handover.toAny(batcher);
        }
    }

    /** Looks at what Ratis knows, tells the watchers, renews the lease, and begins what is due. */
    void tick() {
        batcher.expire();
        if (closed.get() || failure != null) {
            return;
        }
        try {
            RaftServer.Division division = engine.division(spec);
            if (!division.getInfo().isAlive()) {
                failed("the engine closed the group");
                return;
            }
            observe(division.getInfo());
            if (spec.isWitness(node.name()) && division.getInfo().isLeaderReady()) {
                handover.fromWitness(division);
            }
            checkpointIfDue();
            lookForRoom(division);
        } catch (IOException e) {
            LOG.debug("group {} is not open in the engine", spec.name(), e);
        }
    }

    private void observe(DivisionInfo info) {
        long term = info.getCurrentTerm();
        RaftPeerId leader = info.getLeaderId();
        boolean ready = info.isLeader() && info.isLeaderReady();
        if (info.getCurrentTerm() != term) {
            return;
        }
        if (ready && !spec.isWitness(node.name())) {
            Epoch epoch = new Epoch(term);
            if (confirmedTerm.get() == term && renewed()) {
                announcer.announce(new Leadership(true, Optional.of(node.name()), epoch));
            }
            renew(epoch);
        } else if (leader == null) {
            announcer.announce(
                    new Leadership(false, Optional.empty(), leadership().epoch()));
        } else {
            announcer.announce(new Leadership(false, Optional.of(Engine.nodeOf(leader)), new Epoch(term)));
        }
    }

    /** Whether what comes first in a group that went on with one copy is done; otherwise it is sent. */
    private boolean renewed() {
        Optional<byte[]> first = data().flatMap(d -> d.state().renewal(engine.generation(spec.name())));
        first.ifPresent(command -> batcher.send("first", new Entry.Batch(nextMillis(), List.of(command))));
        return first.isEmpty();
    }

    private void renew(Epoch epoch) {
        if (!asking.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<Boolean> _ = ask(epoch).whenComplete((leads, error) -> {
            asking.set(false);
            if (error == null && leads && confirmedTerm.getAndSet(epoch.term()) != epoch.term()) {
                node.soon(this);
            }
        });
    }

    private void checkpointIfDue() {
        Replica copy = replica;
        if (copy instanceof DataReplica data) {
            if (data.octetsSinceCheckpoint() >= config.checkpointOctets()) {
                checkpoint();
            }
            reports.look(data, leadership());
            if (leadership().leading()) {
                levels.look(record.raised().level(), raised -> batcher.send("", new Entry.Level(raised)));
            }
            long installed = data.installedNanos();
            if (installed != 0
                    && clock.nanos() - installed
                            > config.electionMax().multipliedBy(4).toNanos()) {
                Thread.ofVirtual().name("journal-reopen-" + spec.name()).start(() -> node.reopen(this));
            }
        } else if (copy instanceof WitnessReplica witness && witness.purgeable()) {
            checkpoint();
        }
    }

    /** Asks for a checkpoint of this copy, unless one is being made. */
    void checkpoint() {
        if (checkpointing.compareAndSet(false, true)) {
            CompletableFuture<RaftClientReply> _ = engine.checkpoint(
                            spec, Duration.ofMinutes(10).toMillis())
                    .whenComplete((reply, error) -> {
                        checkpointing.set(false);
                        node.soon(this);
                    });
        }
    }

    private void lookForRoom(RaftServer.Division division) {
        if (division.getInfo().isLeader()) {
            shortages.lookLeading(() -> engine.present(spec, config.electionMax()));
        } else {
            shortages.lookFollowing(leadership().leader());
        }
    }

    @Override
    public JournalStatus status() {
        Replica copy = replica;
        long checkpointed = copy == null ? 0 : copy.checkpointed();
        String why = failure;
        if (why != null || closed.get() || copy == null) {
            String state = why != null ? "failed: " + why : "closed";
            long applied = copy == null ? 0 : copy.getLastAppliedTermIndex().getIndex();
            return JournalStatus.closed(spec.name(), state, leadership(), applied, checkpointed);
        }
        try {
            RaftServer.Division division = engine.division(spec);
            long applied = copy.getLastAppliedTermIndex().getIndex(); // first: both grow, and it is never ahead
            return new JournalStatus(
                    spec.name(),
                    engine.role(spec),
                    leadership(),
                    applied,
                    division.getRaftLog().getLastCommittedIndex(),
                    checkpointed,
                    division.getInfo().isLeader() ? new Followers(node.name(), division).lag() : Map.of(),
                    shortages.alarms());
        } catch (IOException | IllegalStateException e) {
            return JournalStatus.closed(spec.name(), "closed", leadership(), 0, checkpointed);
        }
    }

    /** Marks the group as left, so that nothing is begun any more. */
    boolean shut() {
        if (!closed.compareAndSet(false, true)) {
            return false;
        }
        batcher.close();
        announcer.announce(new Leadership(false, Optional.empty(), leadership().epoch()));
        announcer.close();
        return true;
    }

    /** Whether the group was left on purpose. */
    boolean isClosed() {
        return closed.get();
    }

    /** Closes the owner's state machine after the last entry was applied to it. */
    void closeState() {
        batcher.giveUp();
        if (replica instanceof DataReplica data) {
            data.state().close();
        }
    }

    @Override
    public void close() {
        if (shut()) {
            node.leave(this);
        }
    }
}

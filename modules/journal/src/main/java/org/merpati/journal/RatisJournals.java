package org.merpati.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.journal.disk.BootNote;
import org.merpati.journal.disk.FolderIdentity;
import org.merpati.journal.disk.LastVoter;
import org.merpati.journal.disk.LogScan;
import org.merpati.journal.disk.Machine;
import org.merpati.journal.disk.Room;
import org.merpati.journal.level.Levels;
import org.merpati.journal.level.Release;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups that this node votes in, over Apache Ratis: one server for all of them, with mutual TLS, under
 * {@code journal/} of the data folder. A journal closes the state machine that it was opened with.
 */
public final class RatisJournals implements Journals, RatisJournal.Node {
    private static final Logger LOG = LoggerFactory.getLogger(RatisJournals.class);
    private static final Duration REPORT_LIMIT = Duration.ofSeconds(5);

    private final Topology topology;
    private final NodeName self;
    private final int incarnation;
    private final NodeChannel channel;
    private final JournalConfig config;
    private final Clock clock;
    private final Machine machine;
    private final Release release;
    private final BootNote boot;
    private final FolderIdentity folders;
    private final Engine engine;
    private final CheckpointServer checkpoints;
    private final Joining joining;
    private final ScheduledThreadPoolExecutor ticker = new ScheduledThreadPoolExecutor(
            2, Thread.ofPlatform().daemon().name("journal-tick-", 0).factory());
    private final Map<GroupName, RatisJournal> open = new ConcurrentHashMap<>();
    private final Mender mender = new Mender(ticker, new Copies());
    private final Set<String> reporting = ConcurrentHashMap.newKeySet();

    /**
     * Starts the server of this node; the groups are opened one by one.
     *
     * @param data the node's data folder
     * @param release what this node runs
     * @throws Refused if the folder belongs to another cluster, or the port cannot be bound
     */
    public RatisJournals(
            Topology topology,
            NodeName self,
            NodeIdentity identity,
            NodeChannel channel,
            Path data,
            JournalConfig config,
            Clock clock,
            Release release) {
        this(topology, self, identity, channel, data, config, clock, release, Machine.local());
    }

    /**
     * Starts the server of this node on a machine that may be another than the real one.
     *
     * @param data the node's data folder
     * @param release what this node runs
     * @throws Refused if the folder belongs to another cluster, or the port cannot be bound
     */
    public RatisJournals(
            Topology topology,
            NodeName self,
            NodeIdentity identity,
            NodeChannel channel,
            Path data,
            JournalConfig config,
            Clock clock,
            Release release,
            Machine machine) {
        if (!identity.node().equals(self)) {
            throw new IllegalArgumentException("the identity is of node " + identity.node() + ", not of " + self);
        }
        this.topology = topology;
        this.self = self;
        this.incarnation = identity.incarnation();
        this.channel = channel;
        this.config = config;
        this.clock = clock;
        this.machine = machine;
        this.release = release;
        Levels.offer(channel, release);
        Path root = data.resolve("journal").toAbsolutePath();
        try {
            this.folders = new FolderIdentity(
                    root, topology.cluster(), group -> topology.layout().generation(group));
            this.boot = new BootNote(root, machine.bootId());
            if (boot.begin()) {
                keepOut();
            }
            this.engine = new Engine(topology, identity, config, root, clock);
        } catch (IOException | RuntimeException e) {
            if (e instanceof Refused refused) {
                throw refused;
            }
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "node " + self + " cannot start its journal in " + root + " on port "
                            + topology.node(self).raftPort() + ": "
                            + deepest(e).getMessage());
        }
        Duration turn = config.electionMin().dividedBy(2);
        engine.onEnded(new Succession(topology, self, engine, turn)::ended);
        Function<GroupName, Optional<RatisJournal>> here = group -> Optional.ofNullable(open.get(group));
        this.checkpoints = new CheckpointServer(topology, clock, channel, here);
        this.joining = new Joining(topology, self, incarnation, engine, channel, here);
        ticker.setRemoveOnCancelPolicy(true);
        ticker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        long period = Math.max(5, config.electionMin().toMillis() / 8);
        ScheduledFuture<?> _ =
                ticker.scheduleWithFixedDelay(() -> each(RatisJournal::tick), period, period, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> _ = ticker.scheduleWithFixedDelay(() -> each(this::compare), 1, 1, TimeUnit.SECONDS);
        ScheduledFuture<?> _ = ticker.scheduleWithFixedDelay(checkpoints::sweep, 1, 1, TimeUnit.MINUTES);
        Runnable scrub = () -> mender.scrub(open.values());
        ScheduledFuture<?> _ = ticker.scheduleWithFixedDelay(scrub, 1, 24, TimeUnit.HOURS);
    }

    /**
     * Waits until every election is over that this node may have voted in: its vote may be lost with the machine's
     * memory, and it must not give another in the same term. No group is open in that time.
     */
    private void keepOut() {
        Duration span = config.electionMax().multipliedBy(2);
        LOG.warn(
                "the machine of node {} went down under the journal; the node keeps out of elections for {} ms",
                self,
                span.toMillis());
        long end = clock.nanos() + span.toNanos();
        for (long left = span.toNanos(); left > 0; left = end - clock.nanos()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Has this node vote as the layout has it. */
    private void compare(RatisJournal journal) {
        if (engine.isOutdated(journal.spec())) {
            journal.failed("it lost its majority and goes on with one copy: start node " + self + " again");
        } else {
            joining.look(journal);
        }
    }

    /** Looks at each group; the ticker would not come back after an exception. */
    private void each(Consumer<RatisJournal> look) {
        open.values().forEach(journal -> guarded(journal, look));
    }

    private static void guarded(RatisJournal journal, Consumer<RatisJournal> look) {
        try {
            look.accept(journal);
        } catch (RuntimeException e) {
            LOG.error("group {}: the look at its state failed", journal.group(), e);
        }
    }

    @Override
    public Journal open(GroupSpec group, StateMachine state) {
        if (!group.dataNodes().contains(self)) {
            throw new IllegalArgumentException("node " + self + " has no data of group " + group.name());
        }
        return start(group, Optional.of(state));
    }

    @Override
    public Journal witness(GroupSpec group) {
        if (!group.isWitness(self)) {
            throw new IllegalArgumentException("node " + self + " is not the witness of group " + group.name());
        }
        return start(group, Optional.empty());
    }

    private synchronized RatisJournal start(GroupSpec spec, Optional<StateMachine> state) {
        if (open.containsKey(spec.name())) {
            throw new IllegalStateException("group " + spec.name() + " is open already");
        }
        try {
            advance(spec.name());
            folders.check(spec.name(), incarnation);
            Path folder = folders.folder(spec.name());
            ReplicaRecord record = ReplicaRecord.open(
                    folder.resolve("replica"), topology.cluster(), spec.name().value(), release);
            RatisJournal journal = new RatisJournal(spec, config, clock, engine, this, record);
            state.ifPresent(copy -> copy.onDamage(why -> mender.soon(journal, why)));
            Optional<String> lacking;
            try {
                lacking = add(journal, state);
            } catch (IOException | RuntimeException e) {
                journal.shut();
                throw e;
            }
            open.put(spec.name(), journal);
            lacking.ifPresent(why -> mender.soon(journal, why));
            soon(journal);
            return journal;
        } catch (IOException e) {
            throw new Refused(
                    Refused.Reason.CANNOT,
                    "the log of group " + spec.name() + " in " + folders.folder(spec.name()) + " cannot be opened: "
                            + deepest(e).getMessage()
                            + "; keep a copy of the folder, then repair it or have the node begin anew: 'merpati node"
                            + " token " + self + "'");
        }
    }

    /** Has the engine open a group; what it says is why another copy's files are needed first. */
    private Optional<String> add(RatisJournal journal, Optional<StateMachine> state) throws IOException {
        GroupSpec spec = journal.spec();
        Release raised = journal.record().raised();
        Replica copy;
        if (state.isPresent()) {
            copy = new DataReplica(self, state.get(), journal.record(), config.logMargin(), journal, source(spec));
        } else {
            copy = new WitnessReplica(spec, journal.record(), config.logMargin(), journal);
        }
        Path log = folders.log(spec.name());
        journal.attach(copy, new Room(spec.name().value(), log, config.logBound(), machine, clock, copy::holder));
        if (!release.knows(raised.level())) {
            journal.refuse(release.tooOldFor(raised));
            return Optional.empty();
        }
        LogScan scan = scan(journal, copy);
        if (state.isPresent() && spec.dataNodes().size() > 1 && scan.copyLacksEntries()) {
            String why = "its files end at entry " + copy.checkpointed() + ", and its log begins after that";
            journal.refuse(why);
            return Optional.of(why);
        }
        Optional<String> damage = scan.damage();
        if (damage.isPresent()) {
            journal.refuse(damage.get());
        } else {
            enter(journal, copy, scan);
        }
        return Optional.empty();
    }

    /** Has the engine open a group whose files are sound. */
    private void enter(RatisJournal journal, Replica copy, LogScan scan) throws IOException {
        GroupSpec spec = journal.spec();
        boolean alone = folders.continues(spec.name());
        if (alone && scan.last() == 0 && topology.layout().joins(self, spec.name())) {
            journal.refuse("it is to go on with what node " + self + " has, which has never caught up with it");
            return;
        }
        if (alone) {
            LastVoter.alone(folders.log(spec.name()), engine.self(spec), scan.last());
        }
        engine.add(spec, copy, folders.folder(spec.name()));
        folders.formed(spec.name(), incarnation);
    }

    private void advance(GroupName group) throws IOException {
        folders.advance(group, self, incarnation, topology.layout().isContinuedBy(group, self));
    }

    private LogScan scan(RatisJournal journal, Replica copy) {
        GroupName group = journal.group();
        ReplicaRecord record = journal.record();
        LogScan.Known known = new LogScan.Known(copy.checkpointed(), record.reached(), record.skipped());
        return new LogScan(group.value(), folders.log(group), folders.aside(), known);
    }

    private CheckpointFetch source(GroupSpec spec) {
        return new CheckpointFetch(spec, self, channel, clock);
    }

    /** Mends copies with what this node has and what others offer. */
    private final class Copies implements Mender.Mending {
        /** Where a checkpoint must end at the earliest, so that the log here goes on from it. */
        private long needed(RatisJournal journal, DataReplica copy) {
            return Math.max(1, scan(journal, copy).first().orElse(copy.checkpointed() + 1) - 1);
        }

        @Override
        public boolean offered(RatisJournal journal) {
            return journal.copy()
                    .map(copy -> source(journal.spec()).offered(needed(journal, copy)))
                    .orElse(false);
        }

        @Override
        public boolean mend(RatisJournal journal) throws IOException {
            Optional<DataReplica> copy = journal.copy();
            if (copy.isEmpty() || open.get(journal.group()) != journal) {
                return true;
            }
            leave(journal);
            if (source(journal.spec()).fetch(copy.get(), needed(journal, copy.get()), true) == null) {
                return false;
            }
            synchronized (RatisJournals.this) {
                if (open.get(journal.group()) != journal || journal.isClosed()) {
                    return true;
                }
                journal.mended();
                if (add(journal, Optional.of(copy.get().state())).isPresent()) {
                    return false;
                }
            }
            soon(journal);
            return true;
        }
    }

    private static Throwable deepest(Throwable e) {
        Throwable deepest = e;
        for (Throwable next = e.getCause(); next != null; next = next.getCause()) {
            deepest = next;
        }
        return deepest;
    }

    @Override
    public NodeName name() {
        return self;
    }

    @Override
    public void soon(RatisJournal journal) {
        try {
            ticker.execute(() -> guarded(journal, RatisJournal::tick));
        } catch (RejectedExecutionException e) {
            LOG.debug("group {}: the node is closing", journal.group(), e);
        }
    }

    /** A level is known by all voters; that of the directory also by all who follow it, which are all nodes. */
    @Override
    public Levels levels(GroupSpec spec) {
        boolean all = spec.name().equals(GroupName.DIRECTORY);
        List<NodeName> nodes =
                all ? topology.nodes().stream().map(NodeInfo::name).toList() : spec.voters();
        List<NodeName> others =
                nodes.stream().filter(node -> !node.equals(self)).toList();
        return new Levels(spec.name(), release, others, channel, clock);
    }

    @Override
    public void report(GroupSpec spec, NodeName leader, long index) {
        BinaryWriter request = new BinaryWriter().text(spec.name().value()).i64(index);
        tell(spec, leader, CheckpointServer.REPORT, request.toByteArray());
    }

    @Override
    public void shortage(GroupSpec spec, NodeName leader, String why) {
        BinaryWriter request = new BinaryWriter().text(spec.name().value()).text(why);
        tell(spec, leader, CheckpointServer.SHORTAGE, request.toByteArray());
    }

    private void tell(GroupSpec spec, NodeName leader, String service, byte[] request) {
        String what = service + " " + spec.name();
        if (!reporting.add(what)) {
            return;
        }
        Thread.ofVirtual().name(what).start(() -> {
            try {
                channel.ask(leader, service, request, REPORT_LIMIT);
            } catch (Failure e) {
                LOG.debug("{} will be sent again: {}", what, e.sentence());
            } finally {
                reporting.remove(what);
            }
        });
    }

    @Override
    public void leave(RatisJournal journal) {
        synchronized (this) {
            if (open.get(journal.group()) != journal) {
                return;
            }
            checkpoints.release(journal.group());
            remove(journal);
            if (journal.isClosed()) {
                open.remove(journal.group(), journal);
                journal.closeState();
            }
        }
    }

    private void remove(RatisJournal journal) {
        try {
            engine.remove(journal.spec());
        } catch (IOException e) {
            LOG.warn("group {} was not left in order: {}", journal.group(), e.getMessage());
        }
    }

    @Override
    public void reopen(RatisJournal journal) {
        synchronized (this) {
            Optional<DataReplica> data = journal.data();
            if (open.get(journal.group()) != journal
                    || data.isEmpty()
                    || data.get().installedNanos() == 0) {
                return;
            }
            LOG.info("group {} is opened again, from the checkpoint that was installed", journal.group());
            remove(journal);
            try {
                add(journal, Optional.of(data.get().state()));
            } catch (IOException e) {
                journal.failed("it does not open again: " + deepest(e));
            }
        }
    }

    /**
     * Begins to mend this node's copy of a group as if a file of it were damaged.
     *
     * @throws Refused if this node has no copy of it, or no other node has one
     */
    @Override
    public void mend(GroupName group) {
        RatisJournal journal = withData(group);
        if (journal.spec().dataNodes().size() < 2) {
            throw new Refused(Refused.Reason.CANNOT, "no other node has a copy of group " + group);
        }
        mender.soon(journal, "its copy was to be mended");
    }

    private RatisJournal withData(GroupName group) {
        return Optional.ofNullable(open.get(group))
                .filter(j -> j.spec().dataNodes().contains(self))
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NONEXISTENT, "node " + self + " has no copy of a group named " + group));
    }

    @Override
    public List<NodeName> single(GroupName group, boolean agreed) {
        RatisJournal journal = withData(group);
        DataReplica copy = journal.data()
                .filter(c -> journal.leadership().leading())
                .orElseThrow(() -> new Refused(
                        Refused.Reason.CANNOT,
                        "node " + self + " does not lead group " + group + ": say it on "
                                + journal.leadership()
                                        .leader()
                                        .map(n -> "node " + n)
                                        .orElse("the node that does")));
        SingleCopy single = new SingleCopy(journal, clock);
        List<NodeName> away = single.away(self, engine.present(journal.spec(), config.electionMax()));
        if (agreed) {
            single.without(away, copy);
        }
        return away;
    }

    @Override
    public void close() {
        mender.close();
        ticker.shutdownNow();
        // The engine closes all groups at once; one after the other would take a second each.
        List<RatisJournal> left = List.copyOf(open.values());
        left.forEach(RatisJournal::shut);
        checkpoints.close();
        try {
            engine.close();
            boot.end();
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("the engine of node {} did not close in order", self, e);
        }
        left.forEach(RatisJournal::closeState);
        open.clear();
    }
}

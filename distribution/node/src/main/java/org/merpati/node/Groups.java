package org.merpati.node;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.Members;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalStatus;
import org.merpati.journal.Journals;
import org.merpati.journal.Leadership;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.runtime.Health;
import org.merpati.runtime.NodeStatus;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups that this node votes in, as the layout has it: opens them, announces those that it leads, and hands
 * leadership back to the node that a group prefers once that node has been here for a while and lacks nothing.
 */
final class Groups implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Groups.class);
    private static final long PERIOD_NANOS = 1_000_000_000L;
    /** How many entries a voter may lack that takes over or stands in for another. */
    static final long SMALL_LAG = 64;

    /** Opens what a role has of a group with data here; closing that ends it. */
    @FunctionalInterface
    interface Carrier {
        /**
         * Opens the group and what stands on it.
         *
         * @throws IOException if the disk fails
         */
        AutoCloseable open(GroupSpec spec) throws IOException;
    }

    private record Kind(Predicate<GroupName> what, Carrier carrier) {}

    private final NodeName self;
    private final Topology topology;
    private final List<Kind> kinds = new CopyOnWriteArrayList<>();
    private final Map<GroupName, AutoCloseable> carried = new ConcurrentHashMap<>();
    /** Groups that are new to this node and that it has seen no leader of. */
    private final Set<GroupName> unled = ConcurrentHashMap.newKeySet();

    private final Journals journals;
    private final Members members;
    private final Routes routes;
    private final Health health;
    private final Predicate<NodeName> accepts;
    private final long settleNanos;
    private final Map<GroupName, Journal> open = new ConcurrentHashMap<>();
    private final Map<GroupName, GroupSpec> specs = new ConcurrentHashMap<>();
    private final Map<GroupName, Long> readySince = new ConcurrentHashMap<>();
    private final Thread balancer;
    private volatile boolean closed;
    private volatile boolean draining;

    /**
     * The groups of a node.
     *
     * @param accepts asks a node whether it takes leaderships
     * @param settle how long a preferred node must be able to lead before it does
     */
    Groups(
            NodeName self,
            Topology topology,
            Journals journals,
            Members members,
            Routes routes,
            Health health,
            Predicate<NodeName> accepts,
            Duration settle) {
        this.self = self;
        this.topology = topology;
        this.journals = journals;
        this.members = members;
        this.routes = routes;
        this.health = health;
        this.accepts = accepts;
        this.settleNanos = settle.toNanos();
        this.balancer = Thread.ofVirtual().name("balancer").start(this::balance);
    }

    /** Opens a group with data here. */
    Journal open(GroupSpec spec, StateMachine state) {
        return opened(spec, journals.open(spec, state));
    }

    /**
     * Has groups of a kind opened that are laid out with data here: those of now at once, others when the layout has
     * them.
     *
     * @return closes what was opened on the groups; the groups themselves stay open
     */
    AutoCloseable carry(Predicate<GroupName> what, Carrier carrier) throws IOException {
        Kind kind = new Kind(what, carrier);
        kinds.add(kind);
        align();
        return () -> {
            kinds.remove(kind);
            carried.keySet().stream().filter(what).toList().forEach(this::putDown);
        };
    }

    private void putDown(GroupName group) {
        AutoCloseable part = carried.remove(group);
        if (part != null) {
            try {
                part.close();
            } catch (Exception failed) {
                LOG.warn("what stands on group {} did not stop cleanly", group, failed);
            }
        }
    }

    /**
     * Opens the groups that the layout has here and that are not open yet, and leaves those that it has here no more.
     *
     * @throws IOException if the disk fails; it may be tried again
     */
    synchronized void align() throws IOException {
        for (GroupName group : List.copyOf(open.keySet())) {
            // A node that is being taken out votes in the directory until another has taken its place.
            if (!group.equals(GroupName.DIRECTORY)
                    && topology.group(group).filter(spec -> spec.isVoter(self)).isEmpty()) {
                leave(group);
            }
        }
        for (GroupSpec spec : topology.groups()) {
            if (!open.containsKey(spec.name())) {
                enter(spec);
            }
        }
    }

    private void enter(GroupSpec spec) throws IOException {
        if (spec.isWitness(self)) {
            opened(spec, journals.witness(spec));
        } else if (spec.isVoter(self)) {
            for (Kind kind : kinds) {
                pickUp(kind, spec);
            }
        }
    }

    /**
     * The same for a newer layout, while this node serves: a group that is new to it may wait for its first leader
     * without making the node unready.
     *
     * @throws IOException as above
     */
    void follow() throws IOException {
        Set<GroupName> before = Set.copyOf(open.keySet());
        topology.groups().stream()
                .filter(spec -> spec.isVoter(self) && !before.contains(spec.name()))
                .forEach(spec -> unled.add(spec.name()));
        align();
    }

    private void pickUp(Kind kind, GroupSpec spec) throws IOException {
        if (!kind.what().test(spec.name())) {
            return;
        }
        boolean done = false;
        try {
            carried.put(spec.name(), kind.carrier().open(spec));
            done = true;
        } finally {
            if (!done) {
                leave(spec.name());
            }
        }
    }

    /** Leaves a group for good; its files stay. */
    private void leave(GroupName group) {
        putDown(group);
        specs.remove(group);
        unled.remove(group);
        health.remove("group " + group);
        Journal journal = open.remove(group);
        if (journal != null) {
            LOG.info("group {} is left: the layout has it here no more", group);
            journal.close();
        }
    }

    /** Begins to mend this node's copy of a group; see {@link Journals#mend}. */
    void mend(GroupName group) {
        journals.mend(group);
    }

    /** Lets a group that is led here go on with the copy here alone; see {@link Journals#single}. */
    List<NodeName> single(GroupName group, boolean agreed) {
        return journals.single(group, agreed);
    }

    private Journal opened(GroupSpec spec, Journal journal) {
        specs.put(spec.name(), spec);
        open.put(spec.name(), journal);
        journal.watch(leadership -> announce(spec.name(), leadership));
        routes.answer(spec.name(), () -> route(spec.name(), journal.leadership()));
        health.add("group " + spec.name(), () -> state(spec.name(), journal.status()));
        return journal;
    }

    private void announce(GroupName group, Leadership leadership) {
        LOG.info(
                "group {}: {} leads in epoch {}{}",
                group,
                leadership.leader().map(NodeName::value).orElse("nobody"),
                leadership.epoch(),
                leadership.leading() ? ", and serves" : "");
        if (leadership.leading()) {
            members.announce(new Route(group, self, leadership.epoch()));
        }
    }

    private static Optional<Route> route(GroupName group, Leadership leadership) {
        return leadership.leader().map(node -> new Route(group, node, leadership.epoch()));
    }

    private Health.State state(GroupName group, JournalStatus status) {
        boolean failed = status.state().startsWith("failed");
        boolean joins = status.state().equals(JournalStatus.JOINS);
        boolean led = status.leadership().leader().isPresent();
        String sentence = failed || led ? status.state() : status.state() + ", no leader is known";
        String alarms = status.alarms().isEmpty() ? "" : "; " + String.join("; ", status.alarms());
        if (led) {
            unled.remove(group);
        }
        return new Health.State(!failed && !joins && (led || unled.contains(group)), sentence + alarms);
    }

    /** The rows of status. */
    List<NodeStatus.Group> status() {
        List<NodeStatus.Group> rows = new ArrayList<>();
        for (Journal journal : open.values()) {
            JournalStatus s = journal.status();
            Map<String, Long> lag = new TreeMap<>();
            s.lag().forEach((node, entries) -> lag.put(node.value(), entries));
            rows.add(new NodeStatus.Group(
                    s.group().value(),
                    s.state(),
                    s.leadership().leading(),
                    s.leadership().epoch().term(),
                    s.applied(),
                    s.committed(),
                    lag));
        }
        rows.sort(Comparator.comparing(NodeStatus.Group::name));
        return rows;
    }

    /** Gives every leadership away and takes none back, or does so no more. */
    void drain(boolean on) {
        draining = on;
        java.util.concurrent.locks.LockSupport.unpark(balancer);
    }

    boolean draining() {
        return draining;
    }

    /** The other voters of a group that is led here, as the group itself has them. */
    Set<NodeName> followers(GroupName group) {
        Journal journal = open.get(group);
        return journal == null ? Set.of() : journal.status().lag().keySet();
    }

    /** Whether this node leads a group. */
    boolean leads(GroupName group) {
        Journal journal = open.get(group);
        return journal != null && journal.leadership().leading();
    }

    private void balance() {
        while (!closed) {
            for (GroupSpec spec : specs.values()) {
                try {
                    if (draining) {
                        giveAway(spec);
                    } else {
                        handBack(spec);
                    }
                } catch (RuntimeException bug) {
                    InternalErrors.report("balancer of " + spec.name(), bug);
                }
            }
            java.util.concurrent.locks.LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private void handBack(GroupSpec spec) {
        Journal journal = open.get(spec.name());
        NodeName preferred = spec.preferred();
        if (journal == null
                || preferred.equals(self)
                || !journal.leadership().leading()
                || !ready(journal, preferred)) {
            readySince.remove(spec.name());
            return;
        }
        long now = System.nanoTime();
        if (now - readySince.computeIfAbsent(spec.name(), g -> now) >= settleNanos) {
            readySince.remove(spec.name());
            transfer(journal, preferred);
        }
    }

    /** Leadership goes to the first node that can have it, the preferred one before others. */
    private void giveAway(GroupSpec spec) {
        Journal journal = open.get(spec.name());
        if (journal != null && journal.leadership().leading()) {
            spec.dataNodes().stream()
                    .filter(node -> !node.equals(self))
                    .sorted(Comparator.comparing(node -> !node.equals(spec.preferred())))
                    .filter(node -> ready(journal, node))
                    .findFirst()
                    .ifPresent(node -> transfer(journal, node));
        }
    }

    /** Whether a node could lead a group that is led here: it lacks next to nothing, answers, and takes leaderships. */
    private boolean ready(Journal journal, NodeName node) {
        return journal.status().lag().getOrDefault(node, Long.MAX_VALUE) <= SMALL_LAG && accepts.test(node);
    }

    private static void transfer(Journal journal, NodeName to) {
        try {
            LOG.info("group {}: leadership goes to {}", journal.group(), to);
            journal.transfer(to);
        } catch (TryLater later) {
            LOG.info("group {}: {} did not take over: {}", journal.group(), to, later.sentence());
        }
    }

    @Override
    public void close() {
        closed = true;
        balancer.interrupt();
        open.keySet().forEach(group -> health.remove("group " + group));
        journals.close();
    }
}

package org.merpati.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;

/** Finds a group's leader: what was announced, or else what the group's voters say. */
public final class Routes {
    private static final String SERVICE = "route";
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** How long a group may be without a leader that serves, while nothing is wrong with a majority. */
    private static final Duration ELECTION = Duration.ofSeconds(8);

    private static final long PAUSE_NANOS = 100_000_000;

    private final Topology topology;
    private final RouteTable table;
    private final NodeChannel channel;
    private final ConcurrentHashMap<GroupName, Supplier<Optional<Route>>> local = new ConcurrentHashMap<>();

    public Routes(Topology topology, RouteTable table, NodeChannel channel) {
        this.topology = topology;
        this.table = table;
        this.channel = channel;
        channel.offer(SERVICE, (peer, request, answer) -> {
            GroupName group = new GroupName(new BinaryReader(request).text());
            BinaryWriter out = new BinaryWriter();
            Optional<Route> route = local.getOrDefault(group, Optional::empty).get();
            out.flag(route.isPresent());
            route.ifPresent(r -> out.text(r.node().value()).i64(r.epoch().term()));
            answer.write(out.toByteArray());
        });
    }

    /** Says how this node, a voter of the group, knows the group's leader. */
    public void answer(GroupName group, Supplier<Optional<Route>> leader) {
        local.put(group, leader);
    }

    /** What has been heard. */
    public RouteTable table() {
        return table;
    }

    /**
     * The node that leads a group.
     *
     * @throws TryLater if neither an announcement nor a voter tells
     */
    public Route find(GroupName group) {
        return table.route(group).orElseGet(() -> ask(group));
    }

    /**
     * The node that leads a group, when the known route proved wrong.
     *
     * @throws TryLater if no voter knows a newer one
     */
    public Route findInsteadOf(Route wrong) {
        Optional<Route> known = table.route(wrong.group());
        if (known.isPresent() && known.get().epoch().after(wrong.epoch())) {
            return known.get();
        }
        Route asked = ask(wrong.group());
        if (!asked.epoch().after(wrong.epoch()) && asked.node().equals(wrong.node())) {
            throw new TryLater("node " + wrong.node() + " leads " + wrong.group() + " and does not answer");
        }
        return asked;
    }

    /**
     * Asks the node that leads a group; if it does not answer, or leads no more, the one that leads by then, for as
     * long as an election takes. The request may be carried out more than once.
     *
     * @param limit how long each node is waited for
     * @throws TryLater if none answers
     */
    public byte[] askLeader(GroupName group, String service, byte[] request, Duration limit) {
        return askLeader(group, leader -> channel.ask(leader, service, request, limit));
    }

    /**
     * The same for a question of another form, which is put to one node after the other.
     *
     * @throws TryLater if none answers it
     */
    public <T> T askLeader(GroupName group, Function<NodeName, T> question) {
        long end = System.nanoTime() + ELECTION.toNanos();
        TryLater last;
        int turn = 0;
        do {
            if (turn++ > 1) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            try {
                return askOnce(group, question);
            } catch (TryLater later) {
                last = later;
            }
        } while (turn < 2 || System.nanoTime() < end);
        throw last;
    }

    /**
     * Asks the leader that is known here, or that a voter knows, and nobody after it; one that does not answer is
     * forgotten.
     *
     * @throws TryLater if none is known, or it does not answer
     */
    public <T> T askOnce(GroupName group, Function<NodeName, T> question) {
        Route route = find(group);
        try {
            return question.apply(route.node());
        } catch (TryLater moved) {
            table.forget(route);
            throw moved;
        }
    }

    /**
     * Asks the node that leads a group as far as it is known here, once: for what is not worth looking for the leader.
     *
     * @throws TryLater if none is known, or it does not answer within the limit
     */
    public byte[] askKnown(GroupName group, String service, byte[] request, Duration limit) {
        Route route = table.route(group).orElseThrow(() -> new TryLater("no leader of " + group + " is known here"));
        return channel.ask(route.node(), service, request, limit);
    }

    private Route ask(GroupName group) {
        GroupSpec spec = topology.group(group).orElseThrow(() -> new TryLater("there is no group " + group));
        Optional<Route> best = local.getOrDefault(group, Optional::empty).get();
        byte[] request = new BinaryWriter().text(group.value()).toByteArray();
        for (NodeName voter : spec.voters()) {
            try {
                BinaryReader answer = new BinaryReader(channel.ask(voter, SERVICE, request, LIMIT));
                if (answer.flag()) {
                    Route heard = new Route(group, new NodeName(answer.text()), new Epoch(answer.i64()));
                    if (best.isEmpty() || heard.epoch().after(best.get().epoch())) {
                        best = Optional.of(heard);
                    }
                }
            } catch (Failure away) {
                // Another voter may know.
            }
        }
        Route route = best.orElseThrow(() -> new TryLater("no leader of " + group + " is known now"));
        table.offer(route);
        return route;
    }
}

package org.merpati.store.relay;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalStatus;
import org.merpati.journal.Leadership;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;

/**
 * A group's journal at a voter with data, whether or not it leads: commands are carried to the leader over the node
 * channel, and a barrier waits until the copy here has applied what the leader had committed (Raft's ReadIndex on a
 * follower, §6.4 of Ongaro's thesis). What was carried out is in the copy here when it is answered.
 *
 * <p>It says that it leads as long as a leader is known: it may serve. It has no lease but the leader's own.
 */
public final class RelayedJournal implements Journal {
    private static final String SERVICE = "shard.relay";
    /** As long as a change may wait for its majority. */
    private static final Duration LIMIT = Duration.ofSeconds(12);
    /** A reader is told sooner that it cannot be known now. */
    private static final Duration BARRIER_LIMIT = Duration.ofSeconds(3);

    private static final long FIRST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000;

    private final Journal own;
    private final NodeChannel channel;

    /** Over this node's part in the group, which stays its owner's. */
    public RelayedJournal(Journal own, NodeChannel channel) {
        this.own = own;
        this.channel = channel;
    }

    @Override
    public GroupName group() {
        return own.group();
    }

    @Override
    public Leadership leadership() {
        return served(own.leadership());
    }

    private static Leadership served(Leadership known) {
        return new Leadership(known.leading() || known.leader().isPresent(), known.leader(), known.epoch());
    }

    @Override
    public void watch(Consumer<Leadership> listener) {
        own.watch(known -> listener.accept(served(known)));
    }

    @Override
    public byte[] submit(byte[] command) {
        return own.leadership().leading() ? own.submit(command) : relay(command, LIMIT);
    }

    /** Fails where this node does not lead: it is for what a leader does by itself. */
    @Override
    public CompletableFuture<byte[]> submitAsync(byte[] command) {
        return own.submitAsync(command);
    }

    @Override
    public void barrier() {
        if (own.leadership().leading()) {
            own.barrier();
        } else {
            relay(new byte[0], BARRIER_LIMIT);
        }
    }

    @Override
    public boolean leased() {
        return own.leadership().leading() && own.leased();
    }

    @Override
    public void transfer(NodeName to) {
        own.transfer(to);
    }

    @Override
    public JournalStatus status() {
        return own.status();
    }

    /** Nothing: this node's part in the group is closed by its owner. */
    @Override
    public void close() {}

    /** Has the leader carry out a command, or none, and waits for its effect here. */
    private byte[] relay(byte[] command, Duration limit) {
        NodeName leader =
                own.leadership().leader().orElseThrow(() -> new TryLater("no leader of " + group() + " is known now"));
        BinaryReader answer = carried(channel, leader, group(), command, limit);
        awaitApplied(answer.varint(), limit);
        return answer.bytes();
    }

    /**
     * Has a node that leads a group carry out a command, for one that has no copy of the group to wait for.
     *
     * @throws TryLater if it does not, or does not say so in time: then it may have been done
     */
    public static byte[] carry(NodeChannel channel, NodeName leader, GroupName group, byte[] command) {
        BinaryReader answer = carried(channel, leader, group, command, LIMIT);
        answer.varint();
        return answer.bytes();
    }

    private static BinaryReader carried(
            NodeChannel channel, NodeName leader, GroupName group, byte[] command, Duration limit) {
        byte[] request = new BinaryWriter().text(group.value()).bytes(command).toByteArray();
        return new BinaryReader(channel.ask(leader, SERVICE, request, limit));
    }

    private void awaitApplied(long index, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        long pause = FIRST_PAUSE_NANOS;
        while (own.status().applied() < index) {
            if (System.nanoTime() > end) {
                throw new TryLater("this node's copy of " + group() + " lags behind");
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }

    /** Carries out, for other mailbox nodes, what they relay to the groups that this node leads. */
    public static final class Leading {
        private final Topology topology;
        private final Map<GroupName, Journal> journals = new ConcurrentHashMap<>();

        /** Answers on a channel from now on. */
        public Leading(NodeChannel channel, Topology topology) {
            this.topology = topology;
            channel.offer(SERVICE, (peer, request, answer) -> answer.write(answer(peer, new BinaryReader(request))));
        }

        /** Adds a group of this node. */
        public void add(Journal journal) {
            journals.put(journal.group(), journal);
        }

        /** Takes a group away that this node has no data of any more. */
        public void remove(GroupName group) {
            journals.remove(group);
        }

        private byte[] answer(NodeName peer, BinaryReader request) {
            topology.need(peer, Role.MAILBOX);
            GroupName group = new GroupName(request.text());
            byte[] command = request.bytes();
            Journal journal = journals.get(group);
            if (journal == null) {
                throw new TryLater("this node has no data of " + group);
            }
            byte[] said = new byte[0];
            if (command.length == 0) {
                journal.fresh();
            } else {
                said = journal.submit(command);
            }
            return new BinaryWriter()
                    .varint(journal.status().committed())
                    .bytes(said)
                    .toByteArray();
        }
    }
}

package org.merpati.journal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/**
 * Gives the files of checkpoints to voters that catch up, and takes what voters report to the leader: their
 * checkpoints, for the witness, and that their logs have no room. Only a voter of the group is answered; one checkpoint
 * is pinned for each voter, and let go when it is not asked for.
 */
final class CheckpointServer implements AutoCloseable {
    static final String LIST = "journal.checkpoint.list";
    static final String FILE = "journal.checkpoint.file";
    static final String TAIL = "journal.checkpoint.tail";
    static final String REPORT = "journal.checkpoint.report";
    static final String SHORTAGE = "journal.shortage";
    private static final long IDLE_NANOS = Duration.ofMinutes(10).toNanos();

    /** Who catches up with what. */
    private record Reader(GroupName group, NodeName peer) {}

    /** A checkpoint that is kept for a reader, and when it was last asked for. */
    private record Kept(StateMachine.Pinned pinned, long usedNanos) {}

    private final Topology topology;
    private final Clock clock;
    private final Function<GroupName, Optional<RatisJournal>> open;
    private final Map<Reader, Kept> pins = new HashMap<>();

    CheckpointServer(
            Topology topology, Clock clock, NodeChannel channel, Function<GroupName, Optional<RatisJournal>> open) {
        this.topology = topology;
        this.clock = clock;
        this.open = open;
        channel.offer(LIST, this::list);
        channel.offer(FILE, (peer, request, answer) -> file(peer, new BinaryReader(request), false, answer));
        channel.offer(TAIL, (peer, request, answer) -> file(peer, new BinaryReader(request), true, answer));
        channel.offer(REPORT, this::report);
        channel.offer(SHORTAGE, this::shortage);
    }

    /** The question for a checkpoint at or above an index; below zero: the files are not needed any more. */
    static byte[] listRequest(GroupName group, long needed) {
        return new BinaryWriter().text(group.value()).i64(needed).toByteArray();
    }

    /** The question for one file of the checkpoint that was offered. */
    static byte[] fileRequest(GroupName group, String name) {
        return new BinaryWriter().text(group.value()).text(name).toByteArray();
    }

    /** The question for the octets of such a file behind its first ones. */
    static byte[] tailRequest(GroupName group, String name, long octets) {
        return new BinaryWriter().text(group.value()).text(name).i64(octets).toByteArray();
    }

    private RatisJournal journal(GroupName group, NodeName peer) {
        if (topology.group(group).filter(g -> g.isVoter(peer)).isEmpty()) {
            throw new Refused(
                    Refused.Reason.NO_PERMISSION, "node " + peer + " does not vote in a group named " + group);
        }
        return open.apply(group).orElseThrow(() -> new TryLater("group " + group + " is not open on this node"));
    }

    private void list(NodeName peer, byte[] request, OutputStream answer) throws IOException {
        BinaryReader in = new BinaryReader(request);
        GroupName group = new GroupName(in.text());
        long needed = in.i64();
        RatisJournal journal = journal(group, peer);
        release(new Reader(group, peer));
        if (needed < 0) {
            return;
        }
        DataReplica copy =
                journal.data().orElseThrow(() -> new TryLater("this node has no sound copy of group " + group));
        StateMachine.Pinned pinned = copy.state().pin();
        if (pinned.index() < needed || pinned.index() == 0) {
            long index = pinned.index();
            pinned.close();
            journal.checkpoint();
            throw new TryLater("the last checkpoint of group " + group + " here ends at " + index + ", not at " + needed
                    + "; a newer one is begun");
        }
        synchronized (pins) {
            Kept old = pins.put(new Reader(group, peer), new Kept(pinned, clock.nanos()));
            if (old != null) {
                old.pinned.close();
            }
        }
        long index = pinned.index();
        ReplicaRecord record = journal.record();
        answer.write(new CheckpointOffer(index, record.termOf(index), record.millis(), record.raised(), pinned.files())
                .encode());
    }

    private void file(NodeName peer, BinaryReader in, boolean tail, OutputStream answer) throws IOException {
        GroupName group = new GroupName(in.text());
        String name = in.text();
        long skipped = tail ? in.i64() : 0;
        journal(group, peer);
        StateMachine.Pinned pinned = used(new Reader(group, peer))
                .orElseThrow(() -> new TryLater("no checkpoint of group " + group + " is pinned for node " + peer));
        if (pinned.files().stream().noneMatch(f -> f.name().equals(name))) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the checkpoint has no file named " + name);
        }
        try (InputStream content = pinned.open(name)) {
            content.skipNBytes(skipped);
            content.transferTo(answer);
        }
    }

    private Optional<StateMachine.Pinned> used(Reader reader) {
        synchronized (pins) {
            return Optional.ofNullable(pins.computeIfPresent(reader, (r, k) -> new Kept(k.pinned, clock.nanos())))
                    .map(Kept::pinned);
        }
    }

    private void report(NodeName peer, byte[] request, OutputStream answer) {
        BinaryReader in = new BinaryReader(request);
        GroupName group = new GroupName(in.text());
        journal(group, peer).report(peer, in.i64());
    }

    private void shortage(NodeName peer, byte[] request, OutputStream answer) {
        BinaryReader in = new BinaryReader(request);
        GroupName group = new GroupName(in.text());
        journal(group, peer).shortage(peer, in.text());
    }

    private void release(Reader reader) {
        synchronized (pins) {
            Kept old = pins.remove(reader);
            if (old != null) {
                old.pinned.close();
            }
        }
    }

    /** Lets go of what nobody has asked for in a while. */
    void sweep() {
        long now = clock.nanos();
        synchronized (pins) {
            for (Iterator<Kept> each = pins.values().iterator(); each.hasNext(); ) {
                Kept kept = each.next();
                if (now - kept.usedNanos > IDLE_NANOS) {
                    each.remove();
                    kept.pinned.close();
                }
            }
        }
    }

    /** Lets go of everything of one group. */
    void release(GroupName group) {
        synchronized (pins) {
            pins.entrySet().removeIf(e -> {
                boolean mine = e.getKey().group.equals(group);
                if (mine) {
                    e.getValue().pinned.close();
                }
                return mine;
            });
        }
    }

    @Override
    public void close() {
        synchronized (pins) {
            pins.values().forEach(k -> k.pinned.close());
            pins.clear();
        }
    }
}

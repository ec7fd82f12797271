package org.merpati.directory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.journal.Journal;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/**
 * The directory group on a node that votes in it: its state, the feed for the nodes that do not vote, and the way of
 * changes to the leader.
 */
public final class DirectoryGroup {
    static final String WRITE = "directory.write";
    static final String FEED = "directory.feed";
    private static final Duration LIMIT = Duration.ofSeconds(15);
    /** How often the feed says that it is alive. */
    static final Duration BEAT = Duration.ofSeconds(2);

    private final LiveCopy copy = new LiveCopy();
    private final DirectoryState state;
    private volatile @Nullable Journal journal;

    /** Opens the newest checkpoint in a folder. */
    public DirectoryGroup(Path folder) throws IOException {
        this.state = new DirectoryState(folder, copy::changed, this::replaced);
        replaced();
    }

    private void replaced() {
        DirectoryState now = state;
        if (now != null) {
            copy.replace(now.tree(), now.appliedIndex());
        }
    }

    /** What the journal applies to. */
    public StateMachine state() {
        return state;
    }

    /** The copy that the group's log keeps up to date. */
    public LiveCopy copy() {
        return copy;
    }

    /** Hands in the opened group and offers the feed and the way of changes on the channel. */
    public void opened(Journal opened, Topology topology, NodeChannel channel) {
        this.journal = opened;
        copy.keptBy(() -> opened.leadership().leader().isPresent());
        channel.offer(WRITE, (peer, request, answer) -> answer.write(opened.submit(request)));
        channel.offer(
                FEED,
                (peer, request, answer) -> feed(topology.node(peer).roles(), new BinaryReader(request).i64(), answer));
    }

    /** Sends the state, or what is new since an index, then each change as it comes, until the peer goes away. */
    private void feed(java.util.Set<org.merpati.kernel.Role> roles, long from, OutputStream answer) throws IOException {
        long at = from;
        while (true) {
            var changes = copy.since(at);
            BinaryWriter out = new BinaryWriter();
            if (changes.isEmpty()) {
                long index = copy.index();
                out.u8('S').i64(index).bytes(copy.filteredLdif(roles));
                at = index;
            } else {
                for (LiveCopy.Change change : changes.get()) {
                    out.u8('C').i64(change.index()).text(LiveCopy.filtered(change.ldif(), roles));
                    at = change.index();
                }
                if (changes.get().isEmpty()) {
                    out.u8('B');
                }
            }
            answer.write(out.toByteArray());
            answer.flush();
            try {
                copy.awaitNewer(at, BEAT);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The way of changes from any node: to the leader, here or over the channel. */
    public static Directory.Writes writes(Routes routes, java.util.Optional<Journal> local) {
        return ldif -> {
            byte[] command = DirectoryState.command(ldif);
            byte[] answer = local.filter(j -> j.leadership().leading())
                    .map(j -> j.submit(command))
                    .orElseGet(() -> routes.askLeader(GroupName.DIRECTORY, WRITE, command, LIMIT));
            BinaryReader in = new BinaryReader(answer);
            long index = in.i64();
            if (!in.flag()) {
                String why = in.text();
                throw new Refused(why.equals(Tree.EXISTS) ? Refused.Reason.ALREADY_EXISTS : Refused.Reason.CANNOT, why);
            }
            return index;
        };
    }

    /** The journal, once the group is open. */
    public Journal journal() {
        Journal opened = journal;
        if (opened == null) {
            throw new TryLater("the directory group is not open yet");
        }
        return opened;
    }
}

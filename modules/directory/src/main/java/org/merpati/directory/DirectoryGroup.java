package org.merpati.directory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
import org.merpati.kernel.Role;
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

    private final LiveCopy copy;
    private final DirectoryState state;
    private volatile @Nullable Journal journal;

    /**
     * Opens the newest checkpoint in a folder.
     *
     * @param tables all that lie beside the entries
     */
    public DirectoryGroup(Path folder, SideTables tables) throws IOException {
        this.copy = new LiveCopy(tables);
        this.state = new DirectoryState(folder, tables, copy::changed, this::replaced);
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
        copy.keptBy(new CaughtUp(opened, channel)::now);
        channel.offer(WRITE, (peer, request, answer) -> answer.write(opened.submit(request)));
        channel.offer(
                FEED,
                (peer, request, answer) -> feed(
                        topology.reach(peer).roles(),
                        new BinaryReader(request),
                        topology.layout().generation(GroupName.DIRECTORY),
                        answer));
    }

    /**
     * What a node that follows asks for: what is new since an index, of the entries and of some tables.
     *
     * @param generation how often the directory had gone on with one copy when the follower's copy was made
     */
    static byte[] request(long from, List<String> tables, int generation) {
        BinaryWriter request = new BinaryWriter().i64(from).varint(tables.size());
        tables.forEach(request::text);
        return request.varint(generation).toByteArray();
    }

    private static List<String> tables(BinaryReader request) {
        List<String> names = new ArrayList<>();
        for (int left = request.count(); left > 0; left--) {
            names.add(request.text());
        }
        return names;
    }

    /**
     * Sends the state, or what is new since an index, then each change as it comes, until the peer goes away. Who
     * followed before the directory went on with one copy may have what that lacked, and is sent the state.
     */
    private void feed(Set<Role> roles, BinaryReader request, int generation, OutputStream answer) throws IOException {
        long since = request.i64();
        List<String> tables = tables(request);
        int followed = request.remaining() == 0 ? 0 : request.count();
        long at = followed == generation ? since : -1;
        if (!copy.current()) {
            throw new TryLater("this voter's copy of the directory is not up to date");
        }
        while (true) {
            Optional<List<LiveCopy.Change>> changes = copy.since(at);
            BinaryWriter out = new BinaryWriter();
            if (changes.isEmpty()) {
                at = whole(out, roles, tables);
            } else {
                changes.get().forEach(change -> write(out, change, roles, tables));
                at = changes.get().isEmpty() ? at : changes.get().getLast().index();
                if (out.size() == 0) {
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

    /** Writes the state as it is after one change and before the next; the index of that change. */
    private long whole(BinaryWriter out, Set<Role> roles, List<String> tables) throws IOException {
        synchronized (state) {
            BinaryWriter whole = new BinaryWriter(1 << 16).bytes(copy.filteredLdif(roles));
            copy.tables().write(whole, tables);
            out.u8('S').i64(copy.index()).bytes(whole.toByteArray());
            return copy.index();
        }
    }

    private static void write(BinaryWriter out, LiveCopy.Change change, Set<Role> roles, List<String> tables) {
        switch (change) {
            case LiveCopy.Change.OfEntries entries ->
                out.u8('C').i64(entries.index()).text(LiveCopy.filtered(entries.ldif(), roles));
            case LiveCopy.Change.OfTable table
            when tables.contains(table.table()) ->
                out.u8('T')
                        .i64(table.index())
                        .bytes(new BinaryWriter()
                                .text(table.table())
                                .bytes(table.change())
                                .toByteArray());
            case LiveCopy.Change.OfTable elsewhere -> {
                // The peer does not follow this table.
            }
        }
    }

    /** The way of changes from any node: to the leader, here or over the channel. */
    public static Directory.Writes writes(Routes routes, Optional<Journal> local) {
        return ldif -> submit(routes, local, DirectoryState.command(ldif));
    }

    /** Carries a change of a table to the group's leader. */
    @FunctionalInterface
    public interface TableWrites {
        /**
         * Submits a change; it is in the table of each node once the feed has come so far.
         *
         * @throws Refused if it is no change of that table
         * @throws TryLater if the group has no leader now
         */
        void submit(String table, byte[] change);
    }

    /** The way of changes of tables from any node. */
    public static TableWrites tableWrites(Routes routes, Optional<Journal> local) {
        return (table, change) -> submit(routes, local, DirectoryState.command(table, change));
    }

    private static long submit(Routes routes, Optional<Journal> local, byte[] command) {
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

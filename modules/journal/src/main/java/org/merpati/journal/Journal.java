package org.merpati.journal;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;

/**
 * One replicated group on one of its voters. Commands are packed into entries; a caller is answered when its command
 * is on the disks of a majority and applied here (replication.md §1).
 */
public interface Journal extends AutoCloseable {
    /** The longest command in octets; larger bodies travel in chunks. */
    int COMMAND_LIMIT = 512 * 1024 + 64 * 1024;

    /** The group. */
    GroupName group();

    /**
     * Submits a command and waits for its answer, at most the configured time.
     *
     * @throws org.merpati.kernel.TryLater if this node does not lead, or lost its leadership while the command was
     *     under way (then it may or may not have happened), or the time passed
     * @throws org.merpati.kernel.Refused if the command is of a feature level that the group has not reached: a node
     *     of it still runs an older release (CANNOT)
     */
    byte[] submit(byte[] command);

    /**
     * Like {@link #submit}, without waiting. The future fails as that throws. What hangs on
     * it runs in the thread that carries the group's commands and must not wait.
     */
    CompletableFuture<byte[]> submitAsync(byte[] command);

    /** Who leads. */
    Leadership leadership();

    /** Calls back at every change of leadership, in order, from one thread; first with the present one. */
    void watch(Consumer<Leadership> listener);

    /**
     * Waits until this node has proved that it still leads and has applied everything committed before the call
     * (Raft's ReadIndex, §6.4 of Ongaro's thesis).
     *
     * @throws org.merpati.kernel.TryLater if it does not
     */
    void barrier();

    /**
     * Whether this node holds its lease: a barrier that began less than half the shortest election time-out ago
     * succeeded. Cheap; a reader that gets {@code false} calls {@link #barrier}.
     *
     * <p>The bound: a voter that hears two data nodes which do not hear each other can elect the second while the first
     * still holds its lease, since an election with a higher term is not stopped by a live leader. The first may then
     * give answers that are stale for at most nine tenths of the shortest election time-out after the first commit of
     * the second ({@link JournalConfig#staleness}), apart from how much faster its monotonic clock runs. Where that is
     * too long, {@link #barrier} is the answer.
     */
    boolean leased();

    /** {@link #barrier} unless {@link #leased}. */
    default void fresh() {
        if (!leased()) {
            barrier();
        }
    }

    /**
     * Hands leadership to another data node.
     *
     * @throws org.merpati.kernel.TryLater if it does not take over in time; this node may then still lead
     */
    void transfer(NodeName to);

    /** The group as this voter sees it. */
    JournalStatus status();

    /** Leaves the group until it is opened again; the files stay. */
    @Override
    void close();
}

package org.merpati.node.layout;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.Layout;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.directory.Directory;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this node go over to each newer layout that its copy of the directory holds: first in its file, then in the
 * topology that all parts ask, then in the groups that are open here.
 */
public final class LayoutKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LayoutKeeper.class);
    private static final long PERIOD_NANOS = 1_000_000_000L;
    /** How long an end waits for groups that are being opened or left. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    /** What has to be brought in line with the topology; it is asked again while it fails. */
    @FunctionalInterface
    public interface Following {
        /**
         * Does it.
         *
         * @throws IOException if something cannot be opened now
         */
        void follow() throws IOException;
    }

    private final Topology topology;
    private final Directory directory;
    private final LayoutFile file;
    private final Following following;
    private final Thread thread;
    private volatile boolean closed;
    private long followed;

    /** Looks whenever the copy changes, and every second. */
    public LayoutKeeper(Topology topology, Directory directory, LayoutFile file, Following following) {
        this.topology = topology;
        this.directory = directory;
        this.file = file;
        this.following = following;
        this.followed = topology.layout().version();
        this.thread = Thread.ofVirtual().name("layout").start(this::run);
        directory.copy().onChange(() -> LockSupport.unpark(thread));
    }

    private void run() {
        while (!closed) {
            try {
                look();
            } catch (IOException | Failure later) {
                LOG.warn("the cluster's new layout is not in force here yet: {}", later.getMessage());
            } catch (RuntimeException bug) {
                InternalErrors.report("layout", bug);
            }
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private void look() throws IOException {
        if (isRecovered()) {
            Layout known = directory.people().layout().orElseGet(() -> Layout.seed(topology.nodes()));
            boolean _ = directory.layOut(known, topology.layout());
        }
        Layout newest = directory.people().layout().orElse(topology.layout());
        if (newest.version() > topology.layout().version()) {
            file.write(newest);
            topology.apply(newest);
            List<String> names =
                    newest.nodes().stream().map(node -> node.name().value()).toList();
            LOG.info("layout {} is in force: nodes {}", newest.version(), String.join(", ", names));
        }
        if (followed < topology.layout().version()) {
            long version = topology.layout().version();
            following.follow();
            followed = version;
        }
    }

    /** Whether the directory went on with a copy that does not know of that yet. */
    private boolean isRecovered() {
        return topology.layout().generation(GroupName.DIRECTORY)
                        > directory.people().generation()
                && directory.copy().current();
    }

    /** Says what the configuration file has otherwise than the layout; the layout holds. */
    public static void compare(List<NodeInfo> configured, Layout layout) {
        for (NodeInfo node : configured) {
            if (!layout.node(node.name()).filter(node::equals).isPresent()) {
                LOG.info(
                        "the configuration file's node {} is laid out otherwise, or not at all, by now; 'merpati node"
                                + " list' shows what holds",
                        node.name());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(FAREWELL);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}

package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.dev.disk.DiskFaults;
import org.merpati.journal.level.Release;
import org.merpati.node.Node;
import org.merpati.runtime.Configuration;
import org.merpati.runtime.NodeConfig;

/**
 * A cluster whose nodes share this JVM. A kill is a stop without a goodbye to the other nodes; where the JVM runs on
 * {@link DiskFaults}, the node's data are frozen at that instant, so that nothing its threads do later reaches it.
 * What only a process can show (a frozen process, the loss of memory) is left to {@link ProcessCluster}.
 */
public final class EmbeddedCluster extends Cluster {
    private final Map<String, Node> nodes = new ConcurrentHashMap<>();
    private final Map<String, Release> releases = new ConcurrentHashMap<>();

    public EmbeddedCluster(Plan plan) {
        super(plan);
    }

    /** Sets which release a node is of when it is started next. */
    public void runs(String node, Release release) {
        releases.put(node, release);
    }

    @Override
    public void start(String node) throws IOException {
        plan().data(node);
        if (running(node)) {
            return;
        }
        thaw(node);
        NodeConfig config =
                Configuration.read(plan().file(node), NodeConfig.class).value();
        nodes.put(node, new Node(config, releases.getOrDefault(node, Release.ours(Node.VERSION))));
    }

    private void thaw(String node) {
        DiskFaults.installed().ifPresent(disk -> disk.thaw(plan().data(node)));
    }

    @Override
    public Path loseDisk(String node, String holder) throws IOException {
        thaw(node);
        return super.loseDisk(node, holder);
    }

    /** Starts nodes side by side: those that join wait for the first. */
    @Override
    public void start(List<String> all) throws IOException {
        Map<String, Throwable> failed = new ConcurrentHashMap<>();
        List<Thread> starting = all.stream()
                .map(node -> Thread.ofPlatform().name("start-" + node).start(() -> {
                    try {
                        start(node);
                    } catch (IOException | RuntimeException cannot) {
                        failed.put(node, cannot);
                    }
                }))
                .toList();
        for (Thread thread : starting) {
            try {
                thread.join();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
        for (Map.Entry<String, Throwable> entry : failed.entrySet()) {
            throw new IOException(
                    "node " + entry.getKey() + " cannot start: "
                            + entry.getValue().getMessage(),
                    entry.getValue());
        }
    }

    private Node take(String node) throws IOException {
        plan().data(node);
        Node running = nodes.remove(node);
        if (running == null) {
            throw new IOException("node " + node + " does not run");
        }
        return running;
    }

    @Override
    public void kill(String node) throws IOException {
        Node running = take(node);
        DiskFaults.installed().ifPresent(disk -> disk.freeze(plan().data(node)));
        running.kill();
    }

    @Override
    public void stop(String node) throws IOException {
        take(node).close();
    }

    @Override
    public void pause(String node) throws IOException {
        throw new IOException("a node in this JVM cannot be frozen: ./dev up --processes can show it");
    }

    @Override
    public void resume(String node) throws IOException {
        throw new IOException("a node in this JVM cannot be frozen: ./dev up --processes can show it");
    }

    @Override
    public long pid(String node) {
        return nodes.containsKey(node) ? ProcessHandle.current().pid() : 0;
    }

    @Override
    public void close() {
        nodes.values().parallelStream().forEach(Node::close);
        nodes.clear();
        DiskFaults.installed().ifPresent(disk -> plan().nodes().forEach(node -> disk.thaw(plan().data(node))));
    }
}

package org.merpati.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.merpati.dev.Await;
import org.merpati.dev.Cluster;
import org.merpati.dev.EmbeddedCluster;
import org.merpati.dev.Plan;
import org.merpati.dev.ProcessCluster;

/** What the stories share: where things are, a cluster with people in it, and waiting for a condition. */
public final class Kit {
    /** The project's folder. */
    public static final Path ROOT =
            Path.of(System.getProperty("merpati.root", "..")).toAbsolutePath().normalize();

    static final Path JARS = ROOT.resolve("distribution/target/merpati");
    public static final Duration READY = Duration.ofSeconds(180);
    private static final int SPAN = 1_000;

    /** In which form a cluster runs. */
    public enum Form {
        EMBEDDED,
        PROCESSES
    }

    private Kit() {}

    /** A base port below those that the system gives to outgoing connections, with no listener near it. */
    static int freeBase() throws IOException {
        for (int base = 12_000 + (int) (ProcessHandle.current().pid() % 15) * SPAN; base < 32_000; base += SPAN) {
            if (free(base) && free(base + 101) && free(base + 210) && free(base + 302) && free(base + 513)) {
                return base;
            }
        }
        throw new IOException("no free range of ports");
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** A cluster that is made and not yet started. Password hashes are short: they are not what is tested. */
    public static Cluster cluster(Form form, String layout, Path folder, Map<String, String> extra) throws IOException {
        Plan plan = plan(layout, folder, extra);
        Cluster cluster = form == Form.EMBEDDED ? new EmbeddedCluster(plan) : new ProcessCluster(plan, JARS);
        cluster.prepare();
        return cluster;
    }

    /** A cluster of processes whose power can be cut, made and not yet started. */
    static ProcessCluster cuttable(String layout, Path folder, Map<String, String> extra) throws IOException {
        ProcessCluster cluster = ProcessCluster.cuttable(plan(layout, folder, extra), JARS);
        cluster.prepare();
        return cluster;
    }

    private static Plan plan(String layout, Path folder, Map<String, String> extra) throws IOException {
        Map<String, String> lines = new LinkedHashMap<>(extra);
        lines.merge("security", "password-iterations = 1000", (given, ours) -> given + "\n" + ours);
        return new Plan(layout, ROOT.resolve("conf"), folder, freeBase(), List.of(), lines);
    }

    /** Starts all nodes and waits until all groups are led; processes start fast from then on. */
    public static void up(Cluster cluster) throws IOException {
        cluster.startAll();
        cluster.awaitReady(READY);
        if (cluster instanceof ProcessCluster processes && processes.archiveClasses()) {
            cluster.awaitReady(READY);
        }
    }

    /** Makes accounts NAME0, NAME1, … of the cluster's domain; address to password. */
    public static Map<String, String> accounts(Cluster cluster, String name, int count) {
        return cluster.accounts(name, count, "secret", Duration.ofSeconds(30));
    }

    /** Waits for a condition. */
    public static void await(String what, Duration limit, BooleanSupplier condition) {
        await(() -> what, limit, condition);
    }

    /** Waits for a condition; what is said when it does not come true is asked for then. */
    public static void await(Supplier<String> what, Duration limit, BooleanSupplier condition) {
        Await.until(what, limit, condition);
    }
}

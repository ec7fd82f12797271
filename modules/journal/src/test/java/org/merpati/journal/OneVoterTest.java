package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.journal.peers.PeerTrust;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;

@Tag("slow")
class OneVoterTest {
    @TempDir
    Path folder;

    private RatisCluster cluster;
    private Journal journal;

    @BeforeEach
    void start() {
        cluster = new RatisCluster(folder, 1, RatisCluster.quick().withLog(64 * 1024, 64 * 1024, 4));
        journal = cluster.start("a");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private MapState state() {
        return cluster.state("a");
    }

    @Test
    void aRestartReplaysFromTheCheckpoint() {
        cluster.awaitLeader();
        String filler = "x".repeat(2000);
        for (int i = 0; i < 200; i++) {
            journal.submit(MapState.put("k" + i, filler + i));
        }
        Await.until("a checkpoint was made", RatisCluster.PATIENCE, () -> state().checkpointed() > 0);
        journal.submit(MapState.put("last", "1"));
        MapState before = state();
        long epoch = journal.leadership().epoch().term();
        cluster.stop("a");
        journal = cluster.start("a");
        assertThat(state().checkpointed()).isPositive();
        cluster.awaitLeader();
        assertThat(state().values()).isEqualTo(before.values());
        assertThat(journal.leadership().epoch().term()).isGreaterThan(epoch);
    }

    @Test
    void aLostLogIsNotReplacedByAnEmptyOne() throws IOException {
        cluster.awaitLeader();
        journal.submit(MapState.put("k", "1"));
        cluster.stop("a");
        Path log = cluster.data("a").resolve("journal/shard-1");
        Files.move(log, folder.resolve("aside"));
        assertThatThrownBy(() -> cluster.start("a"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("missing")
                .hasMessageContaining("shard-1");
        Files.deleteIfExists(log);
        Files.move(folder.resolve("aside"), log);
        journal = cluster.start("a");
        cluster.awaitLeader();
        assertThat(state().values()).containsEntry("k", "1");
    }

    @Test
    void theDataFolderOfAnotherClusterIsRefused() throws IOException {
        cluster.awaitLeader();
        cluster.stop("a");
        Path file = cluster.data("a").resolve("journal/cluster");
        String other = new org.merpati.kernel.Id(5, 5).toString();
        Files.writeString(file, Files.readString(file).replace(RatisCluster.CLUSTER.toString(), other));
        assertThatThrownBy(() -> cluster.start("a"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining(other)
                .hasMessageContaining(RatisCluster.CLUSTER.toString());
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        cluster.awaitLeader();
        cluster.stop("a");
        int port = cluster.topology.nodes().getFirst().raftPort();
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThatThrownBy(() -> cluster.start("a"))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("port " + port);
        }
    }

    @Test
    void onlyNodesThatShareAGroupAreBelieved() throws CertificateException {
        NodeName a = new NodeName("a");
        PeerTrust trust = new PeerTrust(cluster.authority.identity(a), cluster.topology);
        X509Certificate[] own = cluster.authority.identity(a).chain().toArray(X509Certificate[]::new);
        trust.checkClientTrusted(own, "EC");
        X509Certificate[] proxy =
                cluster.authority.identity(new NodeName("proxy")).chain().toArray(X509Certificate[]::new);
        assertThatThrownBy(() -> trust.checkClientTrusted(proxy, "EC")).isInstanceOf(CertificateException.class);
        X509Certificate[] forged = new TestAuthority().identity(a).chain().toArray(X509Certificate[]::new);
        assertThatThrownBy(() -> trust.checkServerTrusted(forged, "EC")).isInstanceOf(CertificateException.class);
    }
}

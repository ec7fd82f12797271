package org.merpati.filter.virus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.filter.Action;
import org.merpati.filter.Objection;
import org.merpati.filter.Suspects;
import org.merpati.kernel.Clock;

/** The guard against peers that speak clamd's protocol as its manual has it. */
class VirusGuardTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private final List<Peer> peers = new ArrayList<>();

    /** Something that listens as clamd does. */
    private static final class Peer implements java.io.Closeable {
        final ScannerAddress address;
        final List<Integer> lengths = new CopyOnWriteArrayList<>();
        private final java.io.Closeable socket;
        private final String says;
        private final int most;

        /** Over TCP. */
        Peer(String says, int most) throws IOException {
            ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            this.address = new ScannerAddress("127.0.0.1:" + server.getLocalPort());
            this.socket = server;
            this.says = says;
            this.most = most;
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try (Socket client = server.accept()) {
                        serve(new DataInputStream(client.getInputStream()), client.getOutputStream());
                    } catch (IOException closed) {
                        // The client or the server went.
                    }
                }
            });
        }

        /** Over a socket in the file system. */
        Peer(Path path, String says) throws IOException {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path));
            this.address = new ScannerAddress("unix:" + path);
            this.socket = server;
            this.says = says;
            this.most = Integer.MAX_VALUE;
            Thread.ofVirtual().start(() -> {
                while (server.isOpen()) {
                    try (SocketChannel client = server.accept()) {
                        serve(new DataInputStream(Channels.newInputStream(client)), Channels.newOutputStream(client));
                    } catch (IOException closed) {
                        // The client or the server went.
                    }
                }
            });
        }

        private void serve(DataInputStream in, OutputStream out) throws IOException {
            byte[] command = in.readNBytes(10);
            if (!new String(command, StandardCharsets.US_ASCII).equals("zINSTREAM\0") || says.isEmpty()) {
                return;
            }
            int total = 0;
            for (int length = in.readInt(); length != 0; length = in.readInt()) {
                total += in.readNBytes(length).length;
                if (total > most) {
                    out.write("INSTREAM size limit exceeded. ERROR\0".getBytes(StandardCharsets.US_ASCII));
                    return;
                }
            }
            lengths.add(total);
            out.write((says + "\0").getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    private Peer peer(String says) throws IOException {
        Peer peer = new Peer(says, 1_000_000);
        peers.add(peer);
        return peer;
    }

    private static Optional<Objection> ask(Action absent, ScannerAddress... scanners) throws IOException {
        return ask(new VirusGuard(List.of(scanners), absent, LIMIT, Clock.system()), 200_000);
    }

    private static Optional<Objection> ask(VirusGuard guard, int length) throws IOException {
        return guard.object(Suspects.of("", "", "Subject: x\r\n\r\n" + "x".repeat(length)));
    }

    /** That it passes, and is said to have been looked at. */
    private static void assertClean(Optional<Objection> said) {
        assertThat(said.orElseThrow().action()).isEqualTo(Action.DELIVER);
        assertThat(said.orElseThrow().finding().symbol()).isEqualTo("VIRUS_NONE");
    }

    @Test
    void aVirusIsObjectedToAndACleanMessageNot() throws IOException {
        Peer clean = peer("stream: OK");
        assertClean(ask(Action.DEFER, clean.address));
        assertThat(clean.lengths).containsExactly(200_014);
        Objection objection = ask(Action.DEFER, peer("stream: Eicar-Test-Signature FOUND").address)
                .orElseThrow();
        assertThat(objection.action()).isEqualTo(Action.REJECT);
        assertThat(objection.finding().why()).isEqualTo("it holds the virus Eicar-Test-Signature");
    }

    @Test
    void aSocketInTheFileSystemWorksToo() throws IOException {
        Peer peer = new Peer(folder.resolve("clamd.ctl"), "stream: OK");
        peers.add(peer);
        assertClean(ask(Action.DEFER, peer.address));
        assertThat(peer.lengths).hasSize(1);
    }

    @Test
    void theNextIsAskedWhereOneDoesNotWorkAndTheBrokenOneThenLast() throws IOException {
        Peer broken = peer("");
        Peer works = peer("stream: OK");
        ScannerAddress nobody = new ScannerAddress("127.0.0.1:1");
        VirusGuard guard =
                new VirusGuard(List.of(nobody, broken.address, works.address), Action.DEFER, LIMIT, Clock.system());
        assertClean(ask(guard, 100));
        assertClean(ask(guard, 100));
        assertThat(works.lengths).hasSize(2);
    }

    @Test
    void whatHappensIfNoneAnswersIsConfigured() throws IOException {
        ScannerAddress nobody = new ScannerAddress("127.0.0.1:1");
        Peer broken = peer("stream: Can't open file ERROR");
        for (Action absent : List.of(Action.DEFER, Action.DELIVER)) {
            Objection objection = ask(absent, nobody, broken.address).orElseThrow();
            assertThat(objection.action()).isEqualTo(absent);
            assertThat(objection.finding().symbol()).isEqualTo("VIRUS_UNSCANNED");
        }
    }

    @Test
    void whatIsTooLongForTheScannerPassesWithAMark() throws IOException {
        Peer peer = peer("stream: OK");
        VirusGuard guard = new VirusGuard(List.of(peer.address), Action.DEFER, LIMIT, Clock.system());
        Objection objection = ask(guard, 3_000_000).orElseThrow();
        assertThat(objection.action()).isEqualTo(Action.DELIVER);
        assertThat(objection.finding().symbol()).isEqualTo("VIRUS_UNSCANNED");
    }

    @Test
    void aScannerThatHangsCostsTheLimitAndNoMore() throws IOException {
        try (ServerSocket deaf = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            VirusGuard guard = new VirusGuard(
                    List.of(new ScannerAddress("127.0.0.1:" + deaf.getLocalPort())),
                    Action.DEFER,
                    Duration.ofMillis(300),
                    Clock.system());
            long began = System.nanoTime();
            assertThat(ask(guard, 100)).isPresent();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
        }
    }
}

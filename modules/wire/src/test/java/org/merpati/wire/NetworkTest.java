package org.merpati.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.mina.core.filterchain.DefaultIoFilterChainBuilder;
import org.apache.mina.core.filterchain.IoFilterAdapter;
import org.apache.mina.core.session.DummySession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
    private final Network network = new Network("test", 1);

    @AfterEach
    void close() {
        network.close();
    }

    private static void echo(Connection connection) throws IOException {
        InputStream in = connection.in();
        byte[] chunk = new byte[4096];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            connection.out().write(chunk, 0, n);
            connection.out().flush();
        }
    }

    @Test
    void whatIsSentComesBack() throws Exception {
        try (Listener listener = network.listen("echo", ANY, Optional.empty(), 10, NetworkTest::echo);
                Connection client = network.connect(listener.address(), Duration.ofSeconds(5), Optional.empty())) {
            byte[] sent = new byte[3_000_000];
            new Random(1).nextBytes(sent);
            Thread.ofVirtual().start(() -> {
                try {
                    client.out().write(sent);
                    client.out().flush();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(client.in().readNBytes(sent.length)).isEqualTo(sent);
        }
    }

    /** What the socket takes at once goes from the writer's thread, the rest from the I/O thread, all in order. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAPeerReadsInFitsAndStartsArrivesInOrder(boolean encrypted, @TempDir Path folder) throws Exception {
        Optional<Tls> tls = encrypted ? Optional.of(Tls.implicit(SelfSigned.context(folder))) : Optional.empty();
        byte[] sent = new byte[6_000_000];
        new Random(4).nextBytes(sent);
        Dialogue pours = connection -> {
            Random sizes = new Random(5);
            for (int at = 0, part; at < sent.length; at += part) {
                part = Math.min(sent.length - at, 1 + sizes.nextInt(sizes.nextBoolean() ? 40 : 50_000));
                connection.out().write(sent, at, part);
                connection.out().flush();
            }
        };
        try (Listener listener = network.listen("pours", ANY, tls, 10, pours);
                Connection client = network.connect(listener.address(), Duration.ofSeconds(5), tls)) {
            byte[] read = new byte[sent.length];
            Random fits = new Random(6);
            for (int at = 0; at < read.length; ) {
                if (fits.nextInt(50) == 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(3_000_000);
                }
                int n = client.in().read(read, at, Math.min(read.length - at, 1 + fits.nextInt(30_000)));
                assertThat(n).isPositive();
                at += n;
            }
            assertThat(read).isEqualTo(sent);
        }
    }

    @Test
    void nothingFollowsTheLastWord() throws Exception {
        Dialogue goes = connection -> {
            connection.say("BYE");
            connection.close();
            try {
                connection.say("and more");
            } catch (IOException closed) {
                // It may say so.
            }
        };
        try (Listener listener = network.listen("goes", ANY, Optional.empty(), 10, goes)) {
            for (int i = 0; i < 200; i++) {
                try (Socket client = new Socket("127.0.0.1", listener.address().getPort())) {
                    assertThat(client.getInputStream().readAllBytes())
                            .asString()
                            .isEqualTo("BYE\r\n");
                }
            }
        }
    }

    @Test
    void aSessionThatConnectsWhileItsNodeStopsIsTold() throws Exception {
        try (Listener listener = network.listen("echo", ANY, Optional.empty(), 10, NetworkTest::echo)) {
            Network stopping = new Network("stopping", 1);
            stopping.close();
            assertThatThrownBy(() -> stopping.connect(listener.address(), Duration.ofSeconds(5), Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("this node is stopping");
        }
    }

    @Test
    void nothingStandsBetweenTheSocketAndTheOneThatWritesThrough() {
        DefaultIoFilterChainBuilder chain = new DefaultIoFilterChainBuilder();
        chain.addLast("something", new IoFilterAdapter());
        chain.addLast(WriteThrough.NAME, WriteThrough.INSTANCE);
        assertThatThrownBy(() -> chain.buildFilterChain(new DummySession().getFilterChain()))
                .hasRootCauseInstanceOf(IllegalStateException.class);
    }

    /** Whenever a peer hangs up, on the way to a session or after it, that is an error of input and output. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatHangsUpAtOnceIsReported(boolean reset, @TempDir Path folder) throws Exception {
        SSLContext trusting = SelfSigned.context(folder);
        try (ServerSocket peer = new ServerSocket(0, 100, ANY.getAddress())) {
            Thread.ofPlatform().daemon().start(() -> hangUp(peer, reset));
            InetSocketAddress address = new InetSocketAddress(ANY.getAddress(), peer.getLocalPort());
            for (int i = 0; i < 300; i++) {
                assertThatThrownBy(() ->
                                network.connect(address, Duration.ofSeconds(5), Optional.of(Tls.implicit(trusting))))
                        .isInstanceOf(IOException.class);
            }
        }
    }

    private static void hangUp(ServerSocket peer, boolean reset) {
        while (!peer.isClosed()) {
            try (Socket accepted = peer.accept()) {
                accepted.setSoLinger(reset, 0);
            } catch (IOException closed) {
                // Looks whether it was the last.
            }
        }
    }

    /** Both sides stop and go on to read while they wait to write, on connections that share I/O threads. */
    @Test
    void connectionsThatAreFullBothWaysNeverSleep() throws Exception {
        byte[] sent = new byte[400_000];
        new Random(3).nextBytes(sent);
        int rounds = 200;
        try (Listener listener = network.listen("echo", ANY, Optional.empty(), 10, NetworkTest::echo);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                running.add(clients.submit(() -> {
                    try (Connection client =
                            network.connect(listener.address(), Duration.ofSeconds(5), Optional.empty())) {
                        client.idleTimeout(Duration.ofSeconds(20));
                        for (int round = 0; round < rounds; round++) {
                            Future<?> sending = clients.submit(() -> {
                                client.out().write(sent);
                                client.out().flush();
                                return true;
                            });
                            assertThat(client.in().readNBytes(sent.length)).isEqualTo(sent);
                            sending.get();
                        }
                    }
                    return true;
                }));
            }
            for (Future<?> done : running) {
                done.get();
            }
        }
    }

    /** The server flushes its word for TLS at once, or leaves it to the change to TLS. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tlsBeginsInTheMiddleOfAConnection(boolean flushed, @TempDir Path folder) throws Exception {
        SSLContext context = SelfSigned.context(folder);
        Dialogue asksForTls = connection -> {
            assertThat(connection.in().read()).isEqualTo('T');
            connection.out().write('+');
            if (flushed) {
                connection.out().flush();
            }
            connection.startTls(context);
            echo(connection);
        };
        try (Listener listener = network.listen("starttls", ANY, Optional.empty(), 10, asksForTls);
                Connection client = network.connect(listener.address(), Duration.ofSeconds(5), Optional.empty())) {
            client.out().write('T');
            client.out().flush();
            assertThat(client.in().read()).isEqualTo('+');
            client.startTls(context);
            byte[] sent = new byte[100_000];
            new Random(2).nextBytes(sent);
            client.out().write(sent);
            client.out().flush();
            assertThat(client.in().readNBytes(sent.length)).isEqualTo(sent);
            assertThat(client.secure()).isTrue();
        }
    }

    @Test
    void aReaderThatFallsBehindIsNotLeftToSleep() throws Exception {
        byte[] sent = new byte[1_000_000];
        sent[sent.length - 1] = 1;
        Dialogue counts = connection -> {
            byte[] chunk = new byte[8192];
            for (int n = connection.in().read(chunk); n > 0; n = connection.in().read(chunk)) {
                if (chunk[n - 1] == 1) {
                    connection.out().write(1);
                    connection.out().flush();
                }
            }
        };
        try (Listener listener = network.listen("count", ANY, Optional.empty(), 10, counts);
                Connection client = network.connect(listener.address(), Duration.ofSeconds(5), Optional.empty())) {
            long began = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                client.out().write(sent);
                client.out().flush();
                assertThat(client.in().read()).isEqualTo(1);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aReaderThatWaitsTooLongIsTold() throws Exception {
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Dialogue waits = connection -> {
            connection.idleTimeout(Duration.ofMillis(50));
            try {
                seen.completeExceptionally(
                        new AssertionError("read " + connection.in().read()));
            } catch (IOException e) {
                seen.complete(e);
            }
        };
        try (Listener listener = network.listen("idle", ANY, Optional.empty(), 10, waits);
                Socket client = new Socket("127.0.0.1", listener.address().getPort())) {
            assertThat(client.isConnected()).isTrue();
            assertThat(seen.get(10, TimeUnit.SECONDS)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aPeerThatNeverReadsHoldsNoMoreThanTheBuffers() throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        Dialogue floods = connection -> {
            long sum = 0;
            byte[] chunk = new byte[64 * 1024];
            try {
                while (sum < 1L << 30) {
                    connection.out().write(chunk);
                    connection.out().flush();
                    sum += chunk.length;
                }
            } finally {
                written.complete(sum);
            }
        };
        try (Listener listener = network.listen("flood", ANY, Optional.empty(), 10, floods)) {
            Socket client = new Socket("127.0.0.1", listener.address().getPort());
            assertThat(client.getInputStream().read()).isZero();
            client.close();
            assertThat(written.get(20, TimeUnit.SECONDS)).isLessThan(64L << 20);
        }
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (Listener first = network.listen("one", ANY, Optional.empty(), 10, NetworkTest::echo)) {
            assertThatThrownBy(() -> network.listen("imaps", first.address(), Optional.empty(), 10, NetworkTest::echo))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("listener 'imaps' cannot have 127.0.0.1:"
                            + first.address().getPort());
        }
    }

    @Test
    void oneConnectionMoreThanTheLimitIsClosed() throws Exception {
        try (Listener listener = network.listen("few", ANY, Optional.empty(), 1, NetworkTest::echo);
                Socket first = new Socket("127.0.0.1", listener.address().getPort())) {
            first.getOutputStream().write('x');
            assertThat(first.getInputStream().read()).isEqualTo('x');
            try (Socket second = new Socket("127.0.0.1", listener.address().getPort())) {
                second.setSoTimeout(10_000);
                assertThat(readsEnd(second)).isTrue();
            }
        }
    }

    private static boolean readsEnd(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void splicedConnectionsHearEachOther() throws Exception {
        try (Listener owner = network.listen("owner", ANY, Optional.empty(), 10, NetworkTest::echo)) {
            Dialogue proxy = client ->
                    Splice.join(client, network.connect(owner.address(), Duration.ofSeconds(5), Optional.empty()));
            try (Listener front = network.listen("front", ANY, Optional.empty(), 10, proxy);
                    Socket client = new Socket("127.0.0.1", front.address().getPort())) {
                client.getOutputStream().write("merpati".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().readNBytes(7)).asString().isEqualTo("merpati");
            }
        }
    }
}

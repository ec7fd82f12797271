package org.merpati.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.wire.Network;

class ClusterTest {
    private static final char[] PASSPHRASE = "a long passphrase".toCharArray();
    private static final NodeName A = new NodeName("a");
    private static final NodeName B = new NodeName("b");
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Map<NodeName, FileIdentity> identities = new HashMap<>();

    @TempDir
    Path folder;

    private final Network network = new Network("test", 1);
    private final List<AutoCloseable> open = new ArrayList<>();
    private Topology topology = new Topology(new Id(0, 0), List.of());
    private Path caFolder = Path.of("");

    @BeforeEach
    void twoNodes() throws IOException {
        caFolder = folder.resolve("ca");
        topology = new Topology(
                new Id(1, 1),
                List.of(
                        new NodeInfo(A, "127.0.0.1", Set.of(Role.DIRECTORY), port(), port(), port()),
                        new NodeInfo(B, "127.0.0.1", Set.of(Role.MAILBOX), port(), port(), port())));
    }

    /** B is an MTA, which has nothing that is nowhere else but its spool. */
    private void anMta() {
        NodeInfo b = topology.node(B);
        NodeInfo mta = new NodeInfo(B, b.host(), Set.of(Role.MTA), b.channelPort(), b.hazelcastPort(), b.raftPort());
        topology = new Topology(topology.cluster(), List.of(topology.node(A), mta));
    }

    private static int port() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
        network.close();
    }

    private MinaNodeChannel channel(NodeName node) throws IOException {
        FileIdentity identity = FileIdentity.open(node, folder.resolve(node.value()));
        identities.put(node, identity);
        MinaNodeChannel channel = new MinaNodeChannel(
                topology,
                identity,
                network,
                new InetSocketAddress("127.0.0.1", topology.node(node).channelPort()));
        open.add(channel);
        return channel;
    }

    /** A holds the CA; B joins it. */
    private List<MinaNodeChannel> joined() throws IOException {
        Authority authority = Authority.create(caFolder, "test", PASSPHRASE);
        Enrollment enrollment =
                new Enrollment(topology, authority, caFolder, List.of("mail.example.org"), Clock.system());
        enrollment.enrollHere(A, folder.resolve("a"));
        MinaNodeChannel a = channel(A);
        enrollment.offerOn(a);
        JoinToken token = enrollment.token(B);
        join(token, "b");
        return List.of(a, channel(B));
    }

    private Layout join(JoinToken token, String identity) throws IOException {
        List<Layout> told = new ArrayList<>();
        Path ca = folder.resolve(identity + "-ca");
        Enrollment.join(topology, B, token, network, folder.resolve(identity), ca, told::add);
        return told.getFirst();
    }

    @Test
    void aNodeJoinsWithItsTokenAndAsks() throws Exception {
        List<MinaNodeChannel> channels = joined();
        channels.get(0).offer("echo", (peer, request, answer) -> {
            answer.write(peer.value().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            answer.write(request);
        });
        for (int i = 0; i < 20; i++) {
            assertThat(channels.get(1).ask(A, "echo", new byte[] {'!'}, LIMIT))
                    .asString()
                    .isEqualTo("b!");
        }
        assertThat(Authority.existsIn(folder.resolve("b-ca")))
                .as("B does not vote in the directory")
                .isFalse();
    }

    @Test
    void whatAFeedSaysIsReadBeforeItSaysMore() throws Exception {
        List<MinaNodeChannel> channels = joined();
        CountDownLatch read = new CountDownLatch(1);
        channels.get(0).offer("feed", (peer, request, answer) -> {
            answer.write('a');
            answer.flush();
            try {
                answer.write(read.await(10, TimeUnit.SECONDS) ? 'b' : 'x');
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        });
        try (InputStream in = channels.get(1).stream(A, "feed", new byte[0], LIMIT)) {
            assertThat(in.readNBytes(1)).containsExactly('a');
            read.countDown();
            assertThat(in.read()).isEqualTo('b');
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void anAnswerMayBeLongAndAFailureKeepsItsKind() throws Exception {
        List<MinaNodeChannel> channels = joined();
        byte[] big = new byte[5_000_000];
        Arrays.fill(big, (byte) 7);
        channels.get(0).offer("big", (peer, request, answer) -> answer.write(big));
        channels.get(0).offer("no", (peer, request, answer) -> {
            throw new Refused(Refused.Reason.OVER_QUOTA, "enough");
        });
        try (InputStream in = channels.get(1).stream(A, "big", new byte[0], LIMIT)) {
            assertThat(in.readAllBytes()).isEqualTo(big);
        }
        assertThatThrownBy(() -> channels.get(1).ask(A, "no", new byte[0], LIMIT))
                .isInstanceOfSatisfying(
                        Refused.class, r -> assertThat(r.reason()).isEqualTo(Refused.Reason.OVER_QUOTA));
        assertThatThrownBy(() -> channels.get(1).ask(A, "nothing", new byte[0], LIMIT))
                .isInstanceOf(Refused.class);
        channels.get(0).close();
        assertThatThrownBy(() -> channels.get(1).ask(A, "no", new byte[0], LIMIT))
                .isInstanceOf(TryLater.class);
    }

    /** It may be a change that is under way. */
    @Test
    void whatIsNotAnsweredInTimeIsNotAskedAgain() throws Exception {
        List<MinaNodeChannel> channels = joined();
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        channels.get(0).offer("echo", (peer, request, answer) -> answer.write(request));
        channels.get(0).offer("slow", (peer, request, answer) -> {
            asked.incrementAndGet();
            try {
                assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(channels.get(1).ask(A, "echo", new byte[] {1}, LIMIT)).hasSize(1);
        assertThatThrownBy(() -> channels.get(1).ask(A, "slow", new byte[0], Duration.ofMillis(300)))
                .isInstanceOf(TryLater.class);
        assertThat(asked).hasValue(1);
        over.countDown();
    }

    @Test
    void aTokenJoinsOneNodeOnce() throws Exception {
        joined();
        Enrollment second =
                new Enrollment(topology, Authority.open(caFolder, PASSPHRASE), caFolder, List.of(), Clock.system());
        JoinToken token = second.token(B);
        join(token, "b2");
        assertThatThrownBy(() -> join(token, "b3"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("'merpati node token b' on a directory node makes a new one");
        JoinToken otherCa = new JoinToken("0".repeat(64), token.secret());
        assertThatThrownBy(() -> join(otherCa, "b4"))
                .isInstanceOf(TryLater.class)
                .hasMessageContaining("no directory node takes the request to join");
    }

    @Test
    void aNodeThatBeginsAnewJoinsWithANewTokenAlone() throws Exception {
        anMta();
        Removed.offer(joined().getFirst(), topology);
        Enrollment second =
                new Enrollment(topology, Authority.open(caFolder, PASSPHRASE), caFolder, List.of(), Clock.system());
        JoinToken before = second.token(B);
        assertThat(FileIdentity.open(B, folder.resolve("b")).incarnation()).isEqualTo(1);
        topology.apply(topology.layout().anew(B));
        assertThatThrownBy(() -> join(before, "b5")).isInstanceOf(Refused.class);
        assertThat(join(second.token(B), "b6").incarnation(B)).isEqualTo(2);
        assertThat(FileIdentity.open(B, folder.resolve("b6")).incarnation()).isEqualTo(2);
        assertThat(Removed.ask(topology, FileIdentity.open(B, folder.resolve("b")), network))
                .hasValueSatisfying(said -> assertThat(said).startsWith("node b began anew, and this data folder"));
        assertThat(Removed.ask(topology, FileIdentity.open(B, folder.resolve("b6")), network))
                .isEmpty();
    }

    @Test
    void theCertificateOfALostDiskIsBelievedNoMore() throws Exception {
        anMta();
        List<MinaNodeChannel> channels = joined();
        channels.get(0).offer("echo", (peer, request, answer) -> answer.write(request));
        assertThat(channels.get(1).ask(A, "echo", new byte[] {'!'}, LIMIT)).hasSize(1);
        topology.apply(topology.layout().anew(B));
        assertThatThrownBy(() -> channels.get(1).ask(A, "echo", new byte[] {'!'}, LIMIT))
                .as("over the connection of before")
                .isInstanceOf(Refused.class)
                .hasMessageContaining("node b began anew");
        Objects.requireNonNull(identities.get(A)).expel(topology.layout());
        channels.get(1).close();
        MinaNodeChannel again = channel(B);
        assertThatThrownBy(() -> again.ask(A, "echo", new byte[] {'!'}, LIMIT)).isInstanceOf(TryLater.class);
        again.close();
        Enrollment second =
                new Enrollment(topology, Authority.open(caFolder, PASSPHRASE), caFolder, List.of(), Clock.system());
        Files.move(folder.resolve("b"), folder.resolve("b-lost"));
        join(second.token(B), "b");
        assertThat(channel(B).ask(A, "echo", new byte[] {'!'}, LIMIT))
                .asString()
                .isEqualTo("!");
    }

    @Test
    void aCertificateIsRenewedWhenAThirdOfItsLifeIsLeft() throws Exception {
        List<MinaNodeChannel> channels = joined();
        FileIdentity identity = FileIdentity.open(B, folder.resolve("b"));
        X509Certificate before = identity.chain().getFirst();
        assertThat(Enrollment.renewIfDue(topology, identity, channels.get(1), Clock.system()))
                .as("it is fresh")
                .isFalse();
        long due = before.getNotAfter().getTime()
                - Duration.ofDays(Authority.NODE_DAYS).toMillis() / 3
                + 1_000;
        Clock later = new Clock() {
            @Override
            public long millis() {
                return due;
            }

            @Override
            public long nanos() {
                return 0;
            }
        };
        assertThat(Enrollment.renewIfDue(topology, identity, channels.get(1), later))
                .isTrue();
        X509Certificate after = identity.chain().getFirst();
        assertThat(after.getSerialNumber()).isNotEqualTo(before.getSerialNumber());
        assertThat(after.getPublicKey()).isNotEqualTo(before.getPublicKey());
        assertThat(FileIdentity.nodeOf(after)).contains(B);
        assertThat(FileIdentity.open(B, folder.resolve("b")).chain().getFirst()).isEqualTo(after);
        channels.get(1).close();
        channels.get(0)
                .offer(
                        "who",
                        (peer, request, answer) ->
                                answer.write(peer.value().getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        assertThat(channel(B).ask(A, "who", new byte[0], LIMIT)).asString().isEqualTo("b");
    }

    @Test
    void theKeysAreOnlyTheOwnersToReadAndTheCasIsEncrypted() throws Exception {
        joined();
        for (String file : List.of("ca/ca.key", "ca/tokens", "a/node.pem", "b/node.pem")) {
            assertThat(Files.getPosixFilePermissions(folder.resolve(file))).hasSize(2);
        }
        assertThat(Files.readString(caFolder.resolve("ca.key"))).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY");
        assertThatThrownBy(() -> Authority.open(caFolder, "wrong".toCharArray()))
                .hasMessageContaining("is the passphrase right?");
    }

    @Test
    void aRefusedPeerIsCutOff() throws Exception {
        List<MinaNodeChannel> channels = joined();
        FileIdentity third = FileIdentity.open(B, folder.resolve("b"));
        third.refuse(Set.of(A));
        MinaNodeChannel cut = new MinaNodeChannel(topology, third, network, new InetSocketAddress("127.0.0.1", 0));
        open.add(cut);
        channels.get(0).offer("echo", (peer, request, answer) -> answer.write(request));
        assertThatThrownBy(() -> cut.ask(A, "echo", new byte[0], LIMIT)).isInstanceOf(TryLater.class);
        third.refuse(Set.of());
        assertThat(cut.ask(A, "echo", new byte[] {1}, LIMIT)).hasSize(1);
    }

    @Test
    void membersSeeEachOtherAndHearRoutesAndAskVotersWhereNoneIsKnown() throws Exception {
        List<MinaNodeChannel> channels = joined();
        RouteTable atA = new RouteTable();
        RouteTable atB = new RouteTable();
        Members a = new Members(topology, A, atA, "1");
        open.add(a);
        Members b = new Members(topology, B, atB, "1");
        open.add(b);
        await(() -> a.isPresent(B) && b.isPresent(A));
        GroupName shard = GroupName.shard(1);
        a.announce(new Route(shard, A, new Epoch(5)));
        b.announce(new Route(shard, B, new Epoch(4)));
        await(() -> atB.route(shard).filter(r -> r.node().equals(A)).isPresent());
        assertThat(atA.route(shard).orElseThrow().epoch()).isEqualTo(new Epoch(5));

        Routes asking = new Routes(topology, new RouteTable(), channels.get(0));
        Routes knowing = new Routes(topology, new RouteTable(), channels.get(1));
        assertThatThrownBy(() -> asking.find(shard)).isInstanceOf(TryLater.class);
        knowing.answer(shard, () -> Optional.of(new Route(shard, B, new Epoch(9))));
        assertThat(asking.find(shard)).isEqualTo(new Route(shard, B, new Epoch(9)));

        b.kill();
        await(() -> !a.isPresent(B));
    }

    @Test
    void aLeaderThatIsJustBeingElectedIsWaitedFor() throws Exception {
        List<MinaNodeChannel> channels = joined();
        GroupName shard = GroupName.shard(1);
        AtomicInteger refused = new AtomicInteger();
        channels.get(1).offer("change", (peer, request, answer) -> {
            if (refused.incrementAndGet() <= 4) {
                throw new TryLater("it does not lead yet");
            }
            answer.write(request);
        });
        Routes asking = new Routes(topology, new RouteTable(), channels.get(0));
        Routes voter = new Routes(topology, new RouteTable(), channels.get(1));
        voter.answer(shard, () -> Optional.of(new Route(shard, B, new Epoch(3))));
        assertThat(asking.askLeader(shard, "change", new byte[] {7}, LIMIT)).containsExactly(7);
        assertThat(refused).hasValue(5);
        channels.get(1).offer("change", (peer, request, answer) -> {
            throw new TryLater("there is no majority");
        });
        assertThatThrownBy(() -> asking.askLeader(shard, "change", new byte[] {7}, LIMIT))
                .isInstanceOf(TryLater.class)
                .hasMessageContaining("there is no majority");
    }

    @Test
    void membersWhoseHostsAreGivenByNameSeeEachOther() throws Exception {
        Topology named = new Topology(
                new Id(1, 1),
                List.of(
                        new NodeInfo(A, "localhost", Set.of(Role.DIRECTORY), port(), port(), port()),
                        new NodeInfo(B, "localhost", Set.of(Role.MAILBOX), port(), port(), port())));
        Members a = new Members(named, A, new RouteTable(), "1");
        open.add(a);
        Members b = new Members(named, B, new RouteTable(), "1");
        open.add(b);
        await(() -> a.isPresent(B) && b.isPresent(A));
    }

    @Test
    void aHostThatNobodyKnowsIsNamed() throws Exception {
        Topology unknown = new Topology(
                new Id(1, 1),
                List.of(new NodeInfo(A, "no-such-host.invalid", Set.of(Role.DIRECTORY), port(), port(), port())));
        assertThatThrownBy(() -> new Members(unknown, A, new RouteTable(), "1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such-host.invalid");
    }

    private static void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 30 s").isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }
}

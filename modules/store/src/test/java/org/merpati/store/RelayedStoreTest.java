package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalStatus;
import org.merpati.journal.Leadership;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.relay.RelayedJournal;

/** A store at a node that follows does all that the leader's does, though its copy lags behind. */
class RelayedStoreTest implements AccountContract, GrantContract {
    private static final NodeName FOLLOWER = new NodeName("follower");
    private static final NodeName SMTP = new NodeName("smtp");
    private static final Topology TOPOLOGY = new Topology(
            new Id(1, 2),
            List.of(
                    new NodeInfo(TapeJournal.HERE, "127.0.0.1", Set.of(Role.MAILBOX), 1, 2, 3),
                    new NodeInfo(FOLLOWER, "127.0.0.1", Set.of(Role.MAILBOX), 4, 5, 6),
                    new NodeInfo(SMTP, "127.0.0.1", Set.of(Role.MTA), 7, 8, 9)));

    @TempDir
    Path temp;

    private Shard leader;
    private Follower follower;
    private ShardState copy;
    private JournaledStore store;
    private final Loopback channel = new Loopback();

    /** A copy that applies what the leader has logged, each entry a moment later. */
    private static final class Follower implements Journal {
        private final TapeJournal tape;
        private final ShardState copy;
        private final Random chance = new Random(5);
        private final Thread thread;
        private final AtomicInteger applied = new AtomicInteger();
        private volatile boolean closed;
        private volatile Optional<NodeName> known = Optional.of(TapeJournal.HERE);

        Follower(TapeJournal tape, ShardState copy) {
            this.tape = tape;
            this.copy = copy;
            this.thread = Thread.ofPlatform().name("follower").start(this::follow);
        }

        private void follow() {
            while (!closed) {
                LockSupport.parkNanos(chance.nextInt(1_000_000));
                if (applied.get() < tape.size()) {
                    tape.play(applied.get() + 1, copy);
                    applied.incrementAndGet();
                }
            }
        }

        @Override
        public GroupName group() {
            return tape.group();
        }

        @Override
        public byte[] submit(byte[] command) {
            throw new TryLater("this node follows");
        }

        @Override
        public CompletableFuture<byte[]> submitAsync(byte[] command) {
            return CompletableFuture.failedFuture(new TryLater("this node follows"));
        }

        @Override
        public Leadership leadership() {
            return new Leadership(false, known, new Epoch(3));
        }

        @Override
        public void watch(Consumer<Leadership> listener) {
            listener.accept(leadership());
        }

        @Override
        public void barrier() {
            throw new TryLater("this node follows");
        }

        @Override
        public boolean leased() {
            return false;
        }

        @Override
        public void transfer(NodeName to) {
            throw new TryLater("this node follows");
        }

        @Override
        public JournalStatus status() {
            return new JournalStatus(
                    group(),
                    "follower",
                    leadership(),
                    applied.get(),
                    tape.size(),
                    copy.checkpointed(),
                    Map.of(),
                    List.of());
        }

        @Override
        public void close() {
            closed = true;
            try {
                thread.join();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Carries requests within this process, as from one node. */
    private static final class Loopback implements NodeChannel {
        private final Map<String, Service> services = new ConcurrentHashMap<>();
        private NodeName asking = FOLLOWER;

        @Override
        public void offer(String service, Service implementation) {
            services.put(service, implementation);
        }

        @Override
        public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                Objects.requireNonNull(services.get(service)).answer(asking, request, answer);
            } catch (IOException bug) {
                throw new UncheckedIOException(bug);
            }
            return answer.toByteArray();
        }

        @Override
        public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
            throw new UnsupportedOperationException();
        }
    }

    @BeforeEach
    void open() {
        leader = new Shard(temp.resolve("leader"), 1);
        copy = Shard.open(temp.resolve("follower"), Shard.SMALL);
        follower = new Follower(leader.journal, copy);
        new RelayedJournal.Leading(channel, TOPOLOGY).add(leader.journal);
        store = leader.through(new RelayedJournal(follower, channel), copy);
    }

    @AfterEach
    void close() {
        Await.until("the copy has all", () -> follower.applied.get() == leader.journal.size());
        follower.close();
        store.close();
        assertThat(copy.verify()).isEmpty();
        copy.close();
        leader.close();
    }

    @Override
    public MailStore store() {
        return store;
    }

    @Override
    public void pass(long millis) {
        leader.journal.pass(millis);
    }

    @Override
    public void expire() {
        leader.journal.submit(CommandCodec.encode(new Command.Expire(Shard.KEPT.toMillis())));
        store.fresh();
    }

    @Override
    public void quota(Quota each) {
        leader.quota(each);
    }

    @Test
    void whatTheLeaderHasAcknowledgedIsThereAfterABarrier() {
        store().ensure(Shard.BUDI);
        MailboxId inbox = store().mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
        for (int i = 1; i <= 50; i++) {
            leader.store().append(Shard.BUDI, inbox, List.of(Shard.message("text " + i)));
            store().fresh();
            assertThat(store().view(Shard.BUDI, inbox).size()).isEqualTo(i);
        }
    }

    @Test
    void whatTheLeaderChangesIsTold() {
        store().ensure(Shard.BUDI);
        MailboxId inbox = store().mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
        AtomicInteger calls = new AtomicInteger();
        try (var watch = store().watch(Shard.BUDI, inbox, calls::incrementAndGet)) {
            assertThat(watch).isNotNull();
            leader.store().append(Shard.BUDI, inbox, List.of(Shard.message("text")));
            Await.until("it is told", () -> calls.get() > 0);
        }
    }

    @Test
    void withoutALeaderNothingIsServed() {
        store().ensure(Shard.BUDI);
        follower.known = Optional.empty();
        assertThatThrownBy(() -> store().mailboxes(Shard.BUDI)).isInstanceOf(TryLater.class);
        assertThatThrownBy(() -> store().fresh()).isInstanceOf(TryLater.class);
    }

    @Test
    void onlyMailboxNodesAreServed() {
        channel.asking = SMTP;
        assertThatThrownBy(() -> store().ensure(Shard.BUDI)).isInstanceOf(Refused.class);
    }
}

package org.merpati.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.Layout;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Topology;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;

class DirectoryFollowerTest {
    private static final Topology TOPOLOGY = new Topology(
            new Id(1, 1), List.of(new NodeInfo(new NodeName("voter"), "127.0.0.1", Set.of(Role.DIRECTORY), 1, 2, 3)));

    @TempDir
    private Path folder = Path.of("");

    /** A voter whose feed is what it was told to say; what it is asked for comes out at the other end. */
    private static class Voter implements NodeChannel {
        private final BlockingQueue<byte[]> feeds = new LinkedBlockingQueue<>();
        private final BlockingQueue<Long> asked = new LinkedBlockingQueue<>();

        @Override
        public void offer(String service, Service implementation) {
            throw new UnsupportedOperationException(service);
        }

        @Override
        public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
            throw new UnsupportedOperationException(service);
        }

        @Override
        public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
            byte[] feed = feeds.poll();
            if (feed == null) {
                throw new TryLater("the voter says nothing more");
            }
            asked.add(new BinaryReader(request).i64());
            return new ByteArrayInputStream(feed);
        }

        long asked() throws InterruptedException {
            Long from = asked.poll(30, TimeUnit.SECONDS);
            assertThat(from).as("the follower asks").isNotNull();
            return from;
        }
    }

    private BinaryWriter whole(long index) throws IOException {
        BinaryWriter state = new BinaryWriter()
                .bytes(new DirectoryGroup(folder.resolve("voter"), SideTables.NONE)
                        .copy()
                        .filteredLdif(Set.of()));
        SideTables.NONE.write(state, List.of());
        return new BinaryWriter().u8('S').i64(index).bytes(state.toByteArray());
    }

    private void recoversFrom(String change) throws Exception {
        Voter voter = new Voter();
        voter.feeds.add(whole(5).u8('C').i64(6).text(change).toByteArray());
        voter.feeds.add(whole(7).toByteArray());
        voter.feeds.add(whole(7).toByteArray());
        try (DirectoryFollower follower =
                new DirectoryFollower(TOPOLOGY, voter, folder.resolve("copy"), SideTables.NONE)) {
            assertThat(voter.asked()).as("at first").isEqualTo(-1);
            assertThat(voter.asked()).as("after a change that does not fit").isEqualTo(-1);
            assertThat(voter.asked()).as("after the whole").isEqualTo(7);
            assertThat(follower.copy().index()).isEqualTo(7);
        }
    }

    @Test
    void afterAChangeOfAnEntryThatIsNotThereTheWholeIsAskedFor() throws Exception {
        recoversFrom("dn: uid=nobody,dc=example,dc=com\nchangetype: delete\n");
    }

    @Test
    void afterAChangeThatCannotBeReadTheWholeIsAskedFor() throws Exception {
        recoversFrom("this is no LDIF");
    }

    /** What a voter answers a follower first: the kind of the feed's first frame. */
    private static int first(DirectoryGroup voter, Topology topology, long since, int generation) throws Exception {
        AtomicReference<NodeChannel.Service> feed = new AtomicReference<>();
        NodeChannel channel = new Voter() {
            @Override
            public void offer(String service, Service implementation) {
                if (service.equals(DirectoryGroup.FEED)) {
                    feed.set(implementation);
                }
            }
        };
        try (Journal journal =
                new MemoryJournals(new NodeName("voter"), Clock.system()).open(topology.directory(), voter.state())) {
            voter.opened(journal, topology, channel);
            AtomicInteger kind = new AtomicInteger(-1);
            OutputStream one = new OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    kind.compareAndSet(-1, octet);
                    throw new IOException("that is enough");
                }
            };
            assertThatThrownBy(() -> Objects.requireNonNull(feed.get())
                            .answer(new NodeName("voter"), DirectoryGroup.request(since, List.of(), generation), one))
                    .hasMessage("that is enough");
            return kind.get();
        }
    }

    @Test
    void whoFollowedBeforeTheDirectoryWentOnWithOneCopyIsSentTheWhole() throws Exception {
        Topology topology = new Topology(new Id(1, 1), TOPOLOGY.nodes());
        DirectoryGroup voter = new DirectoryGroup(folder.resolve("voter"), SideTables.NONE);
        assertThat(first(voter, topology, 0, 0)).isEqualTo('B');
        Layout before = topology.layout();
        topology.apply(new Layout(
                1,
                before.nodes(),
                before.groups(),
                before.ended(),
                before.removed(),
                before.leaving(),
                before.anew(),
                Map.of(GroupName.DIRECTORY, new Layout.Continued(1, new NodeName("voter")))));
        assertThat(first(voter, topology, 0, 0)).isEqualTo('S');
        assertThat(first(voter, topology, 0, 1)).isEqualTo('B');
    }
}

package org.merpati.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.RouteTable;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Directory;
import org.merpati.directory.DirectoryGroup;
import org.merpati.directory.LiveCopy;
import org.merpati.directory.SideTables;
import org.merpati.directory.SpamRequests;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;
import org.merpati.store.Body;
import org.merpati.store.JournaledStore;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.NewMessage;
import org.merpati.store.ShardState;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** What is in quarantine goes after thirty days, and nothing else does. */
class QuarantineKeeperTest {
    private static final NodeName NODE = new NodeName("box");
    private static final GroupName SHARD = GroupName.shard(1);
    private static final Address BUDI = Address.parse("budi@lvlogist.com");

    @TempDir
    Path folder;

    private final AtomicLong millis = new AtomicLong(1_750_000_000_000L);
    private final Clock clock = new Clock() {
        @Override
        public long millis() {
            return millis.get();
        }

        @Override
        public long nanos() {
            return millis.get() * 1_000_000;
        }
    };
    private final Ids ids = new Ids(clock, new Random(1));
    private MailStore store;
    private QuarantineKeeper keeper;
    private AccountId budi;

    @BeforeEach
    void open() throws IOException {
        MemoryJournals journals = new MemoryJournals(NODE, clock);
        Directory directory = people(journals);
        ShardState state =
                ShardState.open(folder.resolve("shard"), new VaultIdentity(new Id(1, 1), SHARD), VaultLimits.DEFAULT);
        Journal journal = journals.open(new GroupSpec(SHARD, List.of(NODE), Optional.empty(), NODE), state);
        store = new JournaledStore(journal, state, ids, JournaledStore.Policy.DEFAULT);
        Shards shards = new Shards(directory, group -> {
            throw new TryLater("nobody leads " + group);
        });
        shards.add(store);
        keeper = new QuarantineKeeper(directory, shards, clock);
        budi = directory.people().login(BUDI.key()).orElseThrow().id();
        store.ensure(budi);
        store.create(budi, SpamRequests.QUARANTINE, Set.of());
    }

    private Directory people(MemoryJournals journals) throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder.resolve("directory"), SideTables.NONE);
        Journal journal =
                journals.open(new GroupSpec(GroupName.DIRECTORY, List.of(NODE), Optional.empty(), NODE), group.state());
        LiveCopy copy = group.copy();
        NodeInfo node = new NodeInfo(NODE, "127.0.0.1", Set.of(Role.MAILBOX), 0, 0, 0, 0, 0, 0);
        Routes routes = new Routes(new Topology(new Id(1, 1), List.of(node)), new RouteTable(), new Silent());
        Directory.Writes writes = DirectoryGroup.writes(routes, Optional.of(journal));
        Directory directory = new Directory(copy, writes, ids, List.of(SHARD), 1_000);
        directory.addDomain(Domain.parse("lvlogist.com"));
        directory.addAccount(BUDI, "Budi", "rahasia", false, false);
        return directory;
    }

    /** A cluster channel on which nobody answers. */
    private static final class Silent implements NodeChannel {
        @Override
        public void offer(String service, Service implementation) {}

        @Override
        public byte[] ask(NodeName node, String service, byte[] request, Duration limit) {
            throw new TryLater("nobody answers");
        }

        @Override
        public InputStream stream(NodeName node, String service, byte[] request, Duration limit) {
            throw new TryLater("nobody answers");
        }
    }

    @AfterEach
    void close() throws Exception {
        keeper.close();
        store.close();
    }

    private Mailbox mailbox(String name) {
        return store.mailbox(budi, name).orElseThrow();
    }

    private void add(String mailbox, String text) {
        NewMessage message = new NewMessage(
                Body.of(("Subject: " + text + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII)),
                Flags.NONE,
                OptionalLong.empty());
        store.append(budi, mailbox(mailbox).id(), List.of(message));
    }

    @Test
    void whatIsThereForThirtyDaysGoes() {
        add(SpamRequests.QUARANTINE, "old");
        add("INBOX", "kept");
        millis.addAndGet(Duration.ofDays(29).toMillis());
        add(SpamRequests.QUARANTINE, "young");
        assertThat(keeper.sweep()).isZero();
        millis.addAndGet(Duration.ofDays(1).toMillis() + 1);
        assertThat(keeper.sweep()).isEqualTo(1);
        assertThat(mailbox(SpamRequests.QUARANTINE).messages()).isEqualTo(1);
        assertThat(mailbox("INBOX").messages()).isEqualTo(1);
        assertThat(keeper.sweep()).as("nothing is left to do").isZero();
    }
}

package org.merpati.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.RouteTable;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.DirectoryGroup;
import org.merpati.directory.SideTables;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;
import org.merpati.store.Body;
import org.merpati.store.JournaledStore;
import org.merpati.store.NewMessage;
import org.merpati.store.ShardState;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** A move goes on from whatever the leader before had done of it. */
class AccountMoverTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final NodeName HERE = new NodeName("box1");
    private static final Address BUDI = Address.parse("budi@lvlogist.com");
    private static final GroupName TO = GroupName.shard(2);

    @TempDir
    Path folder;

    private final Clock clock = Clock.system();
    private final Calls channel = new Calls();
    private final Topology topology = new Topology(
            new Id(1, 2), List.of(new NodeInfo(HERE, "127.0.0.1", Set.of(Role.MAILBOX), 0, 0, 0, 0, 0, 0)));
    private final Routes routes = new Routes(topology, new RouteTable(), channel);
    private final List<AutoCloseable> parts = new ArrayList<>();
    private Directory directory;
    private JournaledStore from;
    private JournaledStore to;
    private Account.Move move;

    @BeforeEach
    void begin() throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder.resolve("directory"), SideTables.NONE);
        Journal people = new MemoryJournals(HERE, clock)
                .open(new GroupSpec(GroupName.DIRECTORY, List.of(HERE), Optional.empty(), HERE), group.state());
        parts.add(people);
        group.opened(people, topology, channel);
        directory = new Directory(
                group.copy(),
                DirectoryGroup.writes(routes, Optional.of(people)),
                new Ids(clock, new Random(1)),
                () -> List.of(GroupName.shard(1), TO),
                1_000);
        directory.addDomain(Domain.parse("lvlogist.com"));
        directory.addAccount(BUDI, "Budi", "rahasia", false, false);
        from = open(GroupName.shard(1));
        to = open(TO);
        Shards shards = new Shards(directory, topology, routes, channel, new Ids(clock, new Random(3)));
        shards.add(from, from);
        shards.add(to, to);
        AccountAnswers.offer(channel, shards, Duration.ofDays(14));
        from.ensure(account().id());
        MailboxId inbox = from.mailbox(account().id(), "INBOX").orElseThrow().id();
        Body body = Body.of("Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
        from.append(account().id(), inbox, List.of(new NewMessage(body, Flags.NONE, OptionalLong.empty())));
        move = directory.beginMove(BUDI, TO);
    }

    private JournaledStore open(GroupName shard) throws IOException {
        ShardState state = ShardState.open(
                folder.resolve(shard.value()), new VaultIdentity(new Id(1, 2), shard), VaultLimits.DEFAULT);
        Journal journal = new MemoryJournals(HERE, clock)
                .open(new GroupSpec(shard, List.of(HERE), Optional.empty(), HERE), state);
        routes.table().offer(new Route(shard, HERE, new Epoch(1)));
        JournaledStore store =
                new JournaledStore(journal, state, new Ids(clock, new Random(2)), JournaledStore.Policy.DEFAULT);
        parts.add(journal);
        parts.add(store);
        return store;
    }

    private Account account() {
        return directory.people().login(BUDI.key()).orElseThrow();
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable part : parts.reversed()) {
            part.close();
        }
    }

    private void goOn() {
        AccountMover mover = new AccountMover(directory, topology, channel, routes, clock);
        mover.add(from);
        mover.add(to);
        parts.add(mover);
        long end = System.nanoTime() + LIMIT.toNanos();
        while (account().move().isPresent()) {
            assertThat(System.nanoTime()).as("the move goes on").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(account().shard()).isEqualTo(TO);
        assertThat(to.mailbox(account().id(), "INBOX").orElseThrow().messages()).isEqualTo(1);
        assertThat(from.verify()).isEmpty();
        assertThat(to.verify()).isEmpty();
    }

    @Test
    void fromTheBeginning() {
        goOn();
    }

    @Test
    void whereSomeRowsAreTaken() {
        to.moves().pull(from.moves().origin(), account().id(), move.id(), false, octets -> {});
        goOn();
    }

    @Test
    void whereTheAccountIsFenced() {
        from.moves().origin().fence(account().id(), move.id(), TO);
        goOn();
    }

    @Test
    void whereItIsAdopted() {
        from.moves().origin().fence(account().id(), move.id(), TO);
        to.moves().pull(from.moves().origin(), account().id(), move.id(), true, octets -> {});
        to.moves().adopt(account().id(), move.id());
        goOn();
    }

    @Test
    void whereTheEntryIsChanged() {
        from.moves().origin().fence(account().id(), move.id(), TO);
        to.moves().pull(from.moves().origin(), account().id(), move.id(), true, octets -> {});
        to.moves().adopt(account().id(), move.id());
        directory.moved(account(), move);
        goOn();
    }
}

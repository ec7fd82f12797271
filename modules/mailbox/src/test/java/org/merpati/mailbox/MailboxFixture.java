package org.merpati.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.RouteTable;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.DirectoryGroup;
import org.merpati.directory.SideTables;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.bayes.Lesson;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.waves.Sighting;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.store.JournaledStore;
import org.merpati.store.MailStore;
import org.merpati.store.ShardState;
import org.merpati.store.relay.RelayedJournal;
import org.merpati.store.remote.RemoteAnswers;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** A mailbox node without sockets: a shard over a group in memory, two people, and a clock that is set by hand. */
final class MailboxFixture implements AutoCloseable {
    static final Address BUDI = Address.parse("budi@lvlogist.com");
    static final Address SITI = Address.parse("siti@lvlogist.com");

    private static final NodeName HERE = new NodeName("box1");
    private static final NodeName OTHER = new NodeName("box2");
    private static final GroupName SHARD = GroupName.shard(1);

    final Shards shards;
    final Directory directory;
    final SpamRequests requests;
    final Told everybody = new Told();
    private final Learner learner;
    private final Calls channel = new Calls();
    private final AtomicLong millis = new AtomicLong(1_750_000_000_000L);
    private final Path folder;
    private final MemoryJournals.Cluster groups = new MemoryJournals.Cluster();
    private final GroupSpec spec = new GroupSpec(SHARD, List.of(HERE, OTHER), Optional.empty(), HERE);
    private final Journal people;
    private final Topology topology;
    private final Routes routes;
    private Journal journal;
    private JournaledStore store;

    /** A clock that stands still until time is let pass. */
    final Clock clock = new Clock() {
        @Override
        public long millis() {
            return millis.get();
        }

        @Override
        public long nanos() {
            return millis.get() * 1_000_000;
        }
    };

    MailboxFixture(Path folder) throws IOException {
        this.folder = folder;
        topology = new Topology(
                new Id(1, 2), List.of(new NodeInfo(HERE, "127.0.0.1", Set.of(Role.MAILBOX), 0, 0, 0, 0, 0, 0)));
        DirectoryGroup group = new DirectoryGroup(folder.resolve("directory"), SideTables.NONE);
        people = new MemoryJournals(HERE, clock)
                .open(new GroupSpec(GroupName.DIRECTORY, List.of(HERE), Optional.empty(), HERE), group.state());
        group.opened(people, topology, channel);
        routes = new Routes(topology, new RouteTable(), channel);
        routes.table().offer(new Route(SHARD, HERE, new Epoch(1)));
        requests = new SpamRequests(routes);
        Directory.Writes writes = DirectoryGroup.writes(routes, Optional.of(people));
        directory = new Directory(group.copy(), writes, new Ids(clock, new Random(1)), () -> List.of(SHARD), 1_000);
        directory.addDomain(Domain.parse("lvlogist.com"));
        directory.addAccount(BUDI, "Budi", "rahasia", false, false);
        directory.addAccount(SITI, "Siti", "rahasia", false, false);
        ShardState state = state("vault");
        journal = new MemoryJournals(HERE, clock, groups).open(spec, state);
        store = new JournaledStore(journal, state, new Ids(clock, new Random(2)), JournaledStore.Policy.DEFAULT);
        shards = withoutCopies();
        shards.add(store, store);
        learner = new Learner(clock, everybody);
        store.onHandling(learner.of(store));
        SpamAnswers.offer(channel, shards, learner);
    }

    /** The shards as a node sees them that has a copy of none. */
    Shards withoutCopies() {
        return new Shards(directory, topology, routes, channel, new Ids(clock, new Random(4)));
    }

    /** This node answers others that have no copy of the shard. */
    void answerOthers() {
        new RelayedJournal.Leading(channel, topology).add(journal);
        new RemoteAnswers(channel, topology).add(store);
    }

    private ShardState state(String name) throws IOException {
        return ShardState.open(folder.resolve(name), new VaultIdentity(new Id(1, 2), SHARD), VaultLimits.DEFAULT);
    }

    MailStore store() {
        return store;
    }

    Account account(Address address) {
        return directory
                .people()
                .login(address.key())
                .orElseThrow(() -> new Refused(Refused.Reason.NONEXISTENT, "no " + address));
    }

    void pass(Duration time) {
        millis.addAndGet(time.toMillis());
    }

    /** Another node's copy of the shard that takes over from this one. */
    Journal other() throws IOException {
        Journal second = new MemoryJournals(OTHER, clock, groups).open(spec, state("other"));
        journal.transfer(OTHER);
        return second;
    }

    /** This node dies, and another with its own copy is asked from now on. */
    void takeOver() throws IOException {
        ShardState copy = state("other");
        Journal second = new MemoryJournals(OTHER, clock, groups).open(spec, copy);
        store.close();
        journal.close();
        journal = second;
        store = new JournaledStore(second, copy, new Ids(clock, new Random(3)), JournaledStore.Policy.DEFAULT);
        shards.add(store, store);
    }

    /** This node leads the shard again. */
    void back(Journal second) {
        second.transfer(HERE);
    }

    static byte[] octets(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        learner.close();
        assertThat(store.verify()).isEmpty();
        store.close();
        journal.close();
        people.close();
    }

    /** What was told to everybody's filter. */
    static final class Told implements Learner.Everybody {
        final List<Lesson> lessons = new CopyOnWriteArrayList<>();
        final List<Sighting> sightings = new CopyOnWriteArrayList<>();
        final List<Experience> experiences = new CopyOnWriteArrayList<>();
        volatile boolean away;

        @Override
        public void teach(List<Lesson> some) {
            if (away) {
                throw new TryLater("the directory has no leader");
            }
            lessons.addAll(some);
        }

        @Override
        public void report(List<Sighting> some) {
            sightings.addAll(some);
        }

        @Override
        public void experienced(List<Experience> some, int today) {
            experiences.addAll(some);
        }
    }
}

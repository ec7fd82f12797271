package org.merpati.console;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.merpati.cluster.Authority;
import org.merpati.cluster.Enrollment;
import org.merpati.cluster.FileIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.RouteTable;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.AccountRequests;
import org.merpati.directory.Directory;
import org.merpati.directory.DirectoryGroup;
import org.merpati.directory.Logins;
import org.merpati.directory.SideTables;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;
import org.merpati.runtime.NodeStatus;

/**
 * A console with a directory in memory: an administrator whose password was given to her, one who has his own, and an
 * account that is no administrator's, and an owner of their mailboxes. What the nodes answer is the test's.
 */
final class Desk implements AutoCloseable {
    static final Address NEW_ADMIN = Address.parse("admin@lvlogist.com");
    static final String GIVEN = "given-at-bootstrap";
    static final Address ADMIN = Address.parse("rina@lvlogist.com");
    static final String PASSWORD = "correct horse battery";
    static final Address BUDI = Address.parse("budi@lvlogist.com");
    static final String RAHASIA = "rahasia-sekali";
    private static final NodeName NODE = new NodeName("gsldap");
    private static final int FEW = 1_000;

    final ShiftedClock clock = new ShiftedClock();
    volatile Supplier<List<NodeStatus>> nodes = Statuses::well;
    final AtomicInteger asked = new AtomicInteger();
    final Directory directory;
    final ConsoleRole console;
    final SSLContext tls;
    final Owner owner = new Owner();
    private final RouteTable table = new RouteTable();
    private final Routes routes;
    private final Logins logins;
    private final MemoryJournals journals = new MemoryJournals(NODE, clock);

    Desk(Path folder) throws IOException {
        Topology topology =
                new Topology(new Id(1, 1), List.of(new NodeInfo(NODE, "127.0.0.1", Set.of(Role.DIRECTORY), 1, 2, 3)));
        table.offer(new Route(GroupName.shard(1), NODE, new Epoch(1)));
        routes = new Routes(topology, table, owner);
        directory = directory(folder.resolve("directory"), topology, routes);
        directory.addDomain(Domain.parse("lvlogist.com"));
        directory.addAccount(NEW_ADMIN, "Admin", GIVEN, true, true);
        directory.addAccount(ADMIN, "Rina", PASSWORD, true, false);
        directory.addAccount(BUDI, "Budi", RAHASIA, false, false);
        logins = new Logins(directory, clock, 2);
        tls = tls(folder, topology);
        console = open(new InetSocketAddress("127.0.0.1", 0));
    }

    ConsoleRole open(InetSocketAddress address) throws IOException {
        AccountRequests owners = new AccountRequests(routes);
        return new ConsoleRole(address, tls, directory, logins, owners, this::ask, Desk::admin, clock);
    }

    /** Knows no token. */
    private static AdminDoor.Answer admin(Optional<String> authorization, byte[] body, String peer) {
        return new AdminDoor.Answer(401, Json.error("there are no tokens here"));
    }

    private List<NodeStatus> ask() {
        asked.incrementAndGet();
        return nodes.get();
    }

    void answers(List<NodeStatus> statuses) {
        nodes = () -> statuses;
    }

    private Directory directory(Path folder, Topology topology, Routes routes) throws IOException {
        DirectoryGroup group = new DirectoryGroup(folder, SideTables.NONE);
        Journal journal = journals.open(topology.directory(), group.state());
        Await.until(
                "the directory has a leader",
                Duration.ofSeconds(5),
                () -> journal.leadership().leading());
        Directory.Writes writes = DirectoryGroup.writes(routes, Optional.of(journal));
        return new Directory(group.copy(), writes, Ids.secure(clock), () -> List.of(GroupName.shard(1)), FEW);
    }

    private SSLContext tls(Path folder, Topology topology) throws IOException {
        Authority authority = Authority.create(folder.resolve("ca"), "test", "a passphrase".toCharArray());
        new Enrollment(topology, authority, folder.resolve("ca"), List.of("localhost"), clock)
                .enrollHere(NODE, folder.resolve("identity"));
        FileIdentity identity = FileIdentity.open(NODE, folder.resolve("identity"));
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {identity.keyManager()}, null, null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IOException(unusable);
        }
    }

    int port() {
        return console.address().getPort();
    }

    @Override
    public void close() {
        console.close();
        logins.close();
        journals.close();
    }
}

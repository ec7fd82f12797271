package org.merpati.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Ticket;
import org.merpati.cluster.Topology;
import org.merpati.directory.Account;
import org.merpati.directory.Logins;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.wire.Connection;
import org.merpati.wire.LocalDoor;
import org.merpati.wire.Network;
import org.merpati.wire.SaslSource;
import org.merpati.wire.Tls;

/**
 * The way to an account's owner: the login is checked on the node's own copy of the directory, and the client is
 * introduced to the node that leads the account's shard. A stale route costs one more look; while a shard has no leader
 * the login waits a little.
 */
final class OwnerLink {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long PAUSE_NANOS = 100_000_000;
    private static final int LINE_LIMIT = 4096;

    private final Logins logins;
    private final Topology topology;
    private final Routes routes;
    private final NodeIdentity identity;
    private final Network network;
    private final LocalDoor door;

    OwnerLink(Logins logins, Topology topology, Routes routes, NodeIdentity identity, Network network, LocalDoor door) {
        this.door = door;
        this.logins = logins;
        this.topology = topology;
        this.routes = routes;
        this.identity = identity;
        this.network = network;
    }

    /** The account that a login gives; see {@link Logins#judge}. */
    Account judge(String user, Optional<String> password, String authorization) {
        return logins.judge(user, password, authorization);
    }

    /** SCRAM over the keys in the directory. */
    static SaslSource sasl(Logins logins) {
        return new SaslSource() {
            @Override
            public boolean offersScram() {
                return true;
            }

            @Override
            public ScramKeys scram(String user) {
                var keys = logins.scramKeys(user);
                return new ScramKeys(keys.iterations(), keys.salt(), keys.storedKey(), keys.serverKey());
            }
        };
    }

    /**
     * Serves a client of IMAP to its end if this very node owns the account's mailboxes.
     *
     * @return false if it does not; nothing was said to the client then
     */
    boolean servedHere(Account account, String tag, Connection client) throws IOException {
        Optional<LocalDoor.Owner> owner = door.owner();
        return owner.isPresent() && ledHere(account) && owner.get().serve(client, tag, account.id());
    }

    private boolean ledHere(Account account) {
        try {
            return routes.find(account.shard()).node().equals(identity.node());
        } catch (TryLater unknown) {
            return false;
        }
    }

    /**
     * A connection to the owner on which the answer to the login is the next thing to read.
     *
     * @param tag of the command of IMAP that logs in, or {@code +} for POP3
     * @throws Refused if the owner refuses
     * @throws TryLater if no owner can be reached
     */
    Connection open(Account loggedIn, String tag, Connection client) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        String last = "no leader of " + loggedIn.shard() + " is known now";
        Optional<Route> wrong = Optional.empty();
        while (System.nanoTime() < end) {
            // Its mailboxes may have moved meanwhile.
            Account account = logins.now(loggedIn);
            wrong = wrong.filter(route -> route.group().equals(account.shard()));
            try {
                Route route = wrong.isEmpty() ? routes.find(account.shard()) : routes.findInsteadOf(wrong.get());
                wrong = Optional.of(route);
                return introduce(route, account, tag, client);
            } catch (TryLater later) {
                last = later.sentence();
                if (later.moved().isPresent()) {
                    routes.table().offer(later.moved().get());
                    wrong = Optional.empty();
                }
            } catch (IOException away) {
                last = String.valueOf(away.getMessage());
                wrong.ifPresent(routes.table()::forget);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new TryLater("the mailbox cannot be reached now (" + last + ")");
    }

    private Connection introduce(Route route, Account account, String tag, Connection client) throws IOException {
        NodeInfo node = topology.reach(route.node());
        Connection owner = network.connect(
                new InetSocketAddress(node.host(), node.imapPort()),
                CONNECT,
                Optional.of(Tls.mutual(identity.mutualTls())));
        try {
            owner.idleTimeout(ANSWER);
            String[] greeting = owner.line(LINE_LIMIT).split(" ", -1);
            if (greeting.length != 2 || !greeting[0].equals("MERPATI")) {
                throw new IOException("node " + route.node() + " does not greet as a mailbox node");
            }
            String from = client.remote().getAddress().getHostAddress() + ":"
                    + client.remote().getPort();
            String id = account.id().toString();
            owner.say(tag + " " + id + " " + Ticket.sign(identity, greeting[1], id, from) + " " + from);
            String[] answer = owner.line(LINE_LIMIT).split(" ", 4);
            if (answer[0].equals("OK")) {
                return owner;
            }
            if (answer[0].equals("MOVED") && answer.length == 4) {
                Epoch epoch = new Epoch(Long.parseLong(answer[3]));
                Route moved = new Route(new GroupName(answer[1]), new NodeName(answer[2]), epoch);
                throw new TryLater(account.shard() + " is led elsewhere", moved);
            }
            if (answer[0].equals("REFUSED") && answer.length > 2) {
                String sentence = String.join(" ", Arrays.asList(answer).subList(2, answer.length));
                throw new Refused(Refused.Reason.named(answer[1]), sentence);
            }
            throw new TryLater(String.join(" ", answer));
        } catch (IOException | Failure failed) {
            owner.close();
            throw failed;
        }
    }
}

package org.merpati.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
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
import org.merpati.wire.Dialogue;
import org.merpati.wire.Network;
import org.merpati.wire.PreLogin;
import org.merpati.wire.Splice;
import org.merpati.wire.Tls;

/**
 * IMAP's front door: answers what comes before a login, checks the login on the node's own copy of the directory, finds
 * the owner of the account's shard, introduces the client to it and splices the two. A stale route costs one more look;
 * while a shard has no leader the login waits a little.
 */
final class ImapFront implements Dialogue {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration BEFORE_LOGIN = Duration.ofMinutes(2);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long PAUSE_NANOS = 100_000_000;
    private static final int LINE_LIMIT = 4096;

    private final PreLogin.Settings settings;
    private final Logins logins;
    private final Topology topology;
    private final Routes routes;
    private final NodeIdentity identity;
    private final Network network;

    ImapFront(
            PreLogin.Settings settings,
            Logins logins,
            Topology topology,
            Routes routes,
            NodeIdentity identity,
            Network network) {
        this.settings = settings;
        this.logins = logins;
        this.topology = topology;
        this.routes = routes;
        this.identity = identity;
        this.network = network;
    }

    @Override
    public void serve(Connection client) throws IOException {
        client.idleTimeout(BEFORE_LOGIN);
        PreLogin login = new PreLogin(client, settings);
        login.greet();
        for (Optional<PreLogin.Credentials> given = login.next(); given.isPresent(); given = login.next()) {
            String tag = given.get().tag();
            try {
                Account account = judge(given.get());
                Connection owner = open(account, tag, client);
                client.idleTimeout(Duration.ZERO);
                owner.idleTimeout(Duration.ZERO);
                Splice.join(client, owner);
                return;
            } catch (Refused refused) {
                client.say(tag + " NO [" + code(refused.reason()) + "] " + refused.sentence());
            } catch (Failure later) {
                client.say(tag + " NO [UNAVAILABLE] " + later.sentence());
            }
        }
    }

    private static String code(Refused.Reason reason) {
        return switch (reason) {
            case EXPIRED -> "EXPIRED";
            case NO_PERMISSION -> "AUTHORIZATIONFAILED";
            default -> "AUTHENTICATIONFAILED";
        };
    }

    private Account judge(PreLogin.Credentials given) {
        if (!given.authorization().isEmpty() && !given.authorization().equalsIgnoreCase(given.user())) {
            throw new Refused(Refused.Reason.NO_PERMISSION, given.user() + " may not act as " + given.authorization());
        }
        return logins.checkUsable(given.user(), given.password());
    }

    /** A connection to the owner on which the answer to the login is the next thing to read. */
    private Connection open(Account account, String tag, Connection client) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        String last = "no leader of " + account.shard() + " is known now";
        Optional<Route> wrong = Optional.empty();
        while (System.nanoTime() < end) {
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
            java.util.concurrent.locks.LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new TryLater("the mailbox cannot be reached now (" + last + ")");
    }

    private Connection introduce(Route route, Account account, String tag, Connection client) throws IOException {
        NodeInfo node = topology.node(route.node());
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
            throw new TryLater(String.join(" ", answer));
        } catch (IOException | Failure failed) {
            owner.close();
            throw failed;
        }
    }
}

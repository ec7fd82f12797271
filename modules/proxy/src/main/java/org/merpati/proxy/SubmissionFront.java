package org.merpati.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.merpati.cluster.Members;
import org.merpati.cluster.NodeIdentity;
import org.merpati.cluster.NodeInfo;
import org.merpati.cluster.Ticket;
import org.merpati.cluster.Topology;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.Logins;
import org.merpati.kernel.Address;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.HandOff;
import org.merpati.smtp.Reception;
import org.merpati.wire.Connection;
import org.merpati.wire.Network;
import org.merpati.wire.Splice;
import org.merpati.wire.Tls;

/**
 * Submission's front door (RFC 6409): checks the login on the node's own copy of the directory, introduces the account
 * to an MTA that is up and splices the two; the MTA takes or refuses the mail.
 */
final class SubmissionFront implements Reception, HandOff {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int LINE_LIMIT = 4096;
    private static final int LINES = 50;

    private final Directory directory;
    private final Logins logins;
    private final Topology topology;
    private final Members members;
    private final NodeIdentity identity;
    private final Network network;
    private final String hostname;
    private final AtomicInteger turn = new AtomicInteger();

    SubmissionFront(
            Directory directory,
            Logins logins,
            Topology topology,
            Members members,
            NodeIdentity identity,
            Network network,
            String hostname) {
        this.directory = directory;
        this.logins = logins;
        this.topology = topology;
        this.members = members;
        this.identity = identity;
        this.network = network;
        this.hostname = hostname;
    }

    @Override
    public Address login(Client client, String name, String password) {
        return logins.checkUsable(name, password).address();
    }

    @Override
    public void sender(Client client, Envelope begun) {
        throw new Refused(Refused.Reason.NO_PERMISSION, "log in first");
    }

    @Override
    public void recipient(Client client, Envelope envelope, Envelope.Recipient recipient) {
        throw new Refused(Refused.Reason.NO_PERMISSION, "log in first");
    }

    @Override
    public Incoming accept(Client client, Envelope envelope) {
        throw new Refused(Refused.Reason.NO_PERMISSION, "log in first");
    }

    @Override
    public void takeOver(Connection client, Address address) throws IOException {
        Optional<Account> account = directory.people().login(address.key());
        Optional<Connection> mta = account.flatMap(a -> open(a, client));
        if (mta.isEmpty()) {
            client.out()
                    .write("421 4.3.2 no mail server of ours answers now: try again\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            client.out().flush();
            return;
        }
        client.idleTimeout(Duration.ZERO);
        mta.get().idleTimeout(Duration.ZERO);
        Splice.join(client, mta.get());
    }

    /** An MTA that knows the account: those that are up first, each in turn. */
    private Optional<Connection> open(Account account, Connection client) {
        List<NodeInfo> mtas = topology.withRole(Role.MTA);
        int first = Math.floorMod(turn.getAndIncrement(), Math.max(1, mtas.size()));
        for (boolean up : new boolean[] {true, false}) {
            for (int i = 0; i < mtas.size(); i++) {
                NodeInfo mta = mtas.get((first + i) % mtas.size());
                if (members.isPresent(mta.name()) == up) {
                    try {
                        return Optional.of(introduce(mta, account, client));
                    } catch (IOException | TryLater away) {
                        // The next one may answer.
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Connection introduce(NodeInfo mta, Account account, Connection client) throws IOException {
        Connection connection = network.connect(
                new InetSocketAddress(mta.host(), mta.submissionPort()),
                CONNECT,
                Optional.of(Tls.mutual(identity.mutualTls())));
        try {
            connection.idleTimeout(ANSWER);
            String greeting = reply(connection, "220");
            String nonce = greeting.substring(greeting.lastIndexOf(' ') + 1);
            connection.say("EHLO " + hostname);
            reply(connection, "250");
            String from = client.remote().getAddress().getHostAddress() + ":"
                    + client.remote().getPort();
            String id = account.id().toString();
            connection.say("XMERPATI " + id + " " + Ticket.sign(identity, nonce, id, from) + " " + from);
            reply(connection, "250");
            return connection;
        } catch (IOException failed) {
            connection.close();
            throw failed;
        }
    }

    private static String reply(Connection connection, String code) throws IOException {
        for (int i = 0; i < LINES; i++) {
            String text = connection.line(LINE_LIMIT);
            if (!text.startsWith(code)) {
                throw new IOException("the MTA " + connection.remote() + " says " + text);
            }
            if (text.length() < 4 || text.charAt(3) == ' ') {
                return text;
            }
        }
        throw new IOException("the MTA " + connection.remote() + " does not come to an end");
    }
}

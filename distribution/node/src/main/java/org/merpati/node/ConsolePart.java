package org.merpati.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.merpati.console.AdminDoor;
import org.merpati.console.ConsoleRole;
import org.merpati.directory.AccountRequests;
import org.merpati.node.door.AdminApi;

/** The console role. Without an address to listen on it does nothing. */
final class ConsolePart implements RolePart {
    /** How long a node may take to say how it is; with the second between two rounds, a dead one is red within 3 s. */
    private static final Duration LIMIT = Duration.ofMillis(1_500);

    @Override
    public AutoCloseable start(NodeContext node, AdminApi admin) throws IOException {
        Optional<InetSocketAddress> address = node.config().listeners().console();
        if (address.isEmpty()) {
            return () -> {};
        }
        return new ConsoleRole(
                address.get(),
                node.publicTls(),
                node.directory(),
                node.logins(),
                new AccountRequests(node.routes()),
                () -> Node.clusterStatus(node, LIMIT),
                (authorization, body, peer) -> {
                    AdminApi.Answer answer = admin.answer(authorization, body, peer);
                    return new AdminDoor.Answer(answer.status(), answer.json());
                },
                node.clock());
    }
}

package org.merpati.node;

import java.io.IOException;
import org.merpati.node.door.AdminApi;
import org.merpati.proxy.ProxyRole;

/** The proxy role. */
final class ProxyPart implements RolePart {
    @Override
    public AutoCloseable start(NodeContext node, AdminApi admin) throws IOException {
        return new ProxyRole(
                node.config(),
                node.topology(),
                node.members(),
                node.directory(),
                node.identity(),
                node.publicTls(),
                node.network(),
                node.routes(),
                node.logins(),
                node.door(),
                node.hostname());
    }
}

package org.merpati.node;

import java.io.IOException;
import org.merpati.directory.LdapService;
import org.merpati.node.door.AdminApi;
import org.merpati.runtime.Lifecycle;

/** The directory role: LDAP over the node's copy. Keys: {@code listeners.ldap}, {@code listeners.ldaps}. */
final class DirectoryPart implements RolePart {
    @Override
    public AutoCloseable start(NodeContext node, AdminApi admin) throws IOException {
        Lifecycle parts = new Lifecycle();
        var listeners = node.config().listeners();
        boolean clear = node.config().security().clearLoginOnLoopback();
        if (listeners.ldap().isPresent()) {
            parts.add(
                    "ldap",
                    new LdapService(
                            listeners.ldap().get(), node.publicTls(), false, clear, node.directory(), node.logins()));
        }
        if (listeners.ldaps().isPresent()) {
            parts.add(
                    "ldaps",
                    new LdapService(
                            listeners.ldaps().get(), node.publicTls(), true, clear, node.directory(), node.logins()));
        }
        return parts;
    }
}

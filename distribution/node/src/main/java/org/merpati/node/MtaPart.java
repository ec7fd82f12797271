package org.merpati.node;

import java.io.IOException;
import org.merpati.cluster.GroupSpec;
import org.merpati.mta.MtaRole;
import org.merpati.mta.SpoolState;
import org.merpati.node.door.AdminApi;
import org.merpati.node.filter.ClusterKnowledge;

/** The MTA role: the spools with data here, deliveries from those that this node leads, and SMTP. */
final class MtaPart implements RolePart {
    @Override
    public AutoCloseable start(NodeContext node, AdminApi admin) throws IOException {
        MtaRole role = new MtaRole(new MtaRole.Parts(
                node.config(),
                node.topology(),
                node.self().name(),
                node.identity(),
                node.publicTls(),
                node.hostname(),
                node.network(),
                node.routes(),
                node.directory(),
                node.logins(),
                new ClusterKnowledge(node.learned()),
                node.health(),
                node.ids(),
                node.clock()));
        boolean started = false;
        try {
            for (GroupSpec spec : node.topology().spools()) {
                if (spec.dataNodes().contains(node.self().name())) {
                    SpoolState state = role.state(
                            spec.name(),
                            node.config()
                                    .data()
                                    .resolve("spools")
                                    .resolve(spec.name().value()));
                    role.attach(node.groups().open(spec, state), state);
                }
            }
            node.members().onRoute(role::routeChanged);
            node.traces().add(role::trace);
            role.listen();
            started = true;
            return role;
        } finally {
            if (!started) {
                role.close();
            }
        }
    }
}

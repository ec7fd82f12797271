package org.merpati.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.merpati.cluster.GroupSpec;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.mta.MtaRole;
import org.merpati.mta.SpoolState;
import org.merpati.node.door.AdminApi;
import org.merpati.node.filter.ClusterKnowledge;
import org.merpati.runtime.Lifecycle;

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
        Lifecycle parts = new Lifecycle();
        Lifecycle spools = parts.add("spools", new Lifecycle());
        parts.add("mta", role);
        boolean started = false;
        try {
            spools.add("groups", node.groups().carry(GroupName::isSpool, spec -> open(node, role, spec)));
            node.members().onRoute(role::routeChanged);
            node.traces().add(role::trace);
            node.channel().offer(Removal.SHUT, (peer, request, answer) -> {
                GroupName spool = new GroupName(new String(request, StandardCharsets.US_ASCII));
                answer.write(new BinaryWriter().i32(role.shut(spool)).toByteArray());
            });
            role.listen();
            started = true;
            return parts;
        } finally {
            if (!started) {
                parts.close();
            }
        }
    }

    private static AutoCloseable open(NodeContext node, MtaRole role, GroupSpec spec) throws IOException {
        Path spools = node.config().data().resolve("spools");
        SpoolState state = role.state(spec.name(), spools.resolve(spec.name().value()));
        return role.attach(node.groups().open(spec, state), state);
    }
}

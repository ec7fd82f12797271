package org.merpati.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.merpati.cluster.GroupSpec;
import org.merpati.mta.MtaRole;
import org.merpati.mta.Spool;
import org.merpati.mta.SpoolState;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** The MTA role: the spools with data here, and what is accepted into and delivered from them. */
final class MtaPart implements RolePart {
    @Override
    public AutoCloseable start(NodeContext node) throws IOException {
        List<Spool> spools = new ArrayList<>();
        for (GroupSpec spec : node.topology().spools()) {
            if (spec.dataNodes().contains(node.self().name())) {
                VaultIdentity identity = new VaultIdentity(node.topology().cluster(), spec.name());
                SpoolState state = SpoolState.open(
                        node.config().data().resolve("spools").resolve(spec.name().value()), identity, VaultLimits.DEFAULT);
                Spool spool = new Spool(node.groups().open(spec, state), state, node.ids());
                if (spec.preferred().equals(node.self().name())) {
                    spools.addFirst(spool);
                } else {
                    spools.add(spool);
                }
            }
        }
        return new MtaRole(node.config(), node.topology(), node.self(), node.identity(), node.publicTls(), node.network(),
                node.routes(), node.members(), node.directory(), node.logins(), spools, node.hostname(), node.ids(), node.clock());
    }
}

package org.merpati.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Role;
import org.merpati.kernel.Route;

class TopologyTest {
    private static Topology of(Object... namesAndRoles) {
        List<NodeInfo> nodes = new ArrayList<>();
        for (int i = 0; i < namesAndRoles.length; i += 2) {
            @SuppressWarnings("unchecked")
            Set<Role> roles = (Set<Role>) namesAndRoles[i + 1];
            nodes.add(new NodeInfo(new NodeName((String) namesAndRoles[i]), "127.0.0.1", roles, 1, 2, 3));
        }
        return new Topology(new Id(1, 2), nodes);
    }

    private static final Topology SIX = of(
            "gsldap", Set.of(Role.DIRECTORY, Role.WITNESS, Role.CONSOLE),
            "gszimbra1", Set.of(Role.MAILBOX),
            "gszimbra2", Set.of(Role.MAILBOX),
            "gsmta1", Set.of(Role.MTA),
            "gsmta2", Set.of(Role.MTA),
            "gszhap", Set.of(Role.PROXY));

    private static List<String> names(List<NodeName> nodes) {
        return nodes.stream().map(NodeName::value).toList();
    }

    @Test
    void thePapersSixNodesAreLaidOutAsTheDesignSays() {
        assertThat(names(SIX.directory().voters())).containsExactly("gsldap", "gszimbra1", "gszimbra2");
        assertThat(SIX.directory().witness()).isEmpty();
        assertThat(names(SIX.shards().get(0).voters())).containsExactly("gszimbra1", "gszimbra2", "gsldap");
        assertThat(SIX.shards().get(1).preferred().value()).isEqualTo("gszimbra2");
        assertThat(SIX.shards().get(1).isWitness(new NodeName("gsldap"))).isTrue();
        assertThat(SIX.spools().get(0).name()).isEqualTo(new GroupName("spool-gsmta1"));
        assertThat(names(SIX.spools().get(1).voters())).containsExactly("gsmta2", "gsmta1", "gsldap");
    }

    @Test
    void threeMixedNodesVoteInEveryGroup() {
        Set<Role> all = Set.of(Role.DIRECTORY, Role.MTA, Role.MAILBOX, Role.PROXY, Role.CONSOLE);
        Topology three = of("a", all, "b", all, "c", all);
        assertThat(three.groups()).hasSize(7).allSatisfy(g -> {
            assertThat(g.dataNodes()).hasSize(3);
            assertThat(g.witness()).isEmpty();
        });
    }

    @Test
    void oneNodeIsItsOnlyVoter() {
        Topology one = of("a", Set.of(Role.DIRECTORY, Role.MTA, Role.MAILBOX));
        assertThat(one.groups())
                .hasSize(3)
                .allSatisfy(g -> assertThat(names(g.voters())).containsExactly("a"));
    }

    @Test
    void twoNodesOfOneNameAreRefused() {
        assertThatThrownBy(() -> of("a", Set.of(Role.MTA), "a", Set.of(Role.MTA)))
                .isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> SIX.node(new NodeName("gsx")))
                .hasMessageContaining("no node 'gsx': the cluster has gsldap");
    }

    @Test
    void theHigherEpochWinsWhateverTheOrderOfArrival() {
        GroupName shard = GroupName.shard(1);
        Route old = new Route(shard, new NodeName("a"), new Epoch(3));
        Route young = new Route(shard, new NodeName("b"), new Epoch(4));
        RouteTable forwards = new RouteTable();
        assertThat(forwards.offer(old)).isTrue();
        assertThat(forwards.offer(young)).isTrue();
        RouteTable backwards = new RouteTable();
        assertThat(backwards.offer(young)).isTrue();
        assertThat(backwards.offer(old)).isFalse();
        assertThat(forwards.route(shard)).contains(young).isEqualTo(backwards.route(shard));
        forwards.forget(old);
        assertThat(forwards.route(shard)).contains(young);
        forwards.forget(young);
        assertThat(forwards.route(shard)).isEmpty();
    }
}

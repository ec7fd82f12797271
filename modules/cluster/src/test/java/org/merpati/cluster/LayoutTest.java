package org.merpati.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;

class LayoutTest {
    private static final Set<Role> ALL = Set.of(Role.DIRECTORY, Role.MAILBOX, Role.MTA, Role.PROXY, Role.CONSOLE);

    private static NodeInfo node(int number, Set<Role> roles) {
        int port = 1_000 + 100 * number;
        return new NodeInfo(
                new NodeName("n" + number), "127.0.0.1", roles, port, port + 1, port + 2, port + 3, port + 4, port + 5);
    }

    private static Layout three() {
        return Layout.seed(List.of(node(1, ALL), node(2, ALL), node(3, ALL)));
    }

    private static String data(Layout layout, String group) {
        return layout.group(new GroupName(group)).orElseThrow().dataNodes().toString();
    }

    @Test
    void aMailboxNodeGetsAShardOfItsOwnAndNoGroupChanges() {
        Layout before = three();
        Layout after = before.with(node(4, Set.of(Role.MAILBOX)));
        assertThat(after.version()).isEqualTo(1);
        assertThat(after.groups()).hasSize(8).containsAll(before.groups());
        GroupSpec shard = after.group(GroupName.shard(4)).orElseThrow();
        assertThat(shard.preferred().value()).isEqualTo("n4");
        assertThat(shard.dataNodes().toString()).isEqualTo("[n4, n1, n2]");
        assertThat(shard.witness()).isEmpty();
    }

    @Test
    void copiesGoWhereTheFewestAre() {
        Layout layout = three().with(node(4, Set.of(Role.MAILBOX))).with(node(5, Set.of(Role.MAILBOX)));
        assertThat(data(layout, "shard-5")).isEqualTo("[n5, n4, n3]");
    }

    @Test
    void anMtaGetsASpoolAndASecondOneAWitness() {
        Layout one = Layout.seed(List.of(node(1, Set.of(Role.DIRECTORY, Role.MTA)), node(2, Set.of(Role.WITNESS))));
        Layout two = one.with(node(3, Set.of(Role.MTA)));
        GroupSpec spool = two.group(new GroupName("spool-n3")).orElseThrow();
        assertThat(spool.dataNodes().toString()).isEqualTo("[n3, n1]");
        assertThat(spool.witness().map(NodeName::value)).contains("n2");
        assertThat(two.group(new GroupName("spool-n1"))).isEqualTo(one.group(new GroupName("spool-n1")));
    }

    @Test
    void aProxyVotesInNoGroup() {
        assertThat(three().with(node(4, Set.of(Role.PROXY))).groups()).isEqualTo(three().groups());
    }

    @Test
    void whatIsTakenIsRefusedByName() {
        Layout layout = three();
        assertThatThrownBy(() -> layout.with(node(2, ALL)))
                .isInstanceOf(Refused.class)
                .hasMessage("the cluster has a node n2 already");
        NodeInfo other = new NodeInfo(new NodeName("n9"), "127.0.0.1", ALL, 1_200, 7, 8);
        assertThatThrownBy(() -> layout.with(other)).hasMessageContaining("127.0.0.1:1200 is node n2's");
        NodeInfo elsewhere = new NodeInfo(new NodeName("n9"), "127.0.0.9", ALL, 1_200, 7, 8);
        assertThat(layout.with(elsewhere).nodes()).hasSize(4);
        NodeInfo noHost = new NodeInfo(new NodeName("n9"), "two words", ALL, 1, 7, 8);
        assertThatThrownBy(() -> layout.with(noHost)).hasMessageContaining("'two words' is no host");
    }

    @Test
    void namesOfWhatIsGoneAreNotGivenAgain() {
        Layout now = three();
        Layout gone = new Layout(
                now.version(),
                now.nodes(),
                now.groups(),
                Set.of(GroupName.shard(4)),
                Set.of(new NodeName("n4")),
                Optional.empty(),
                Map.of(),
                Map.of());
        assertThatThrownBy(() -> gone.with(node(4, ALL))).hasMessageContaining("give the new one another name");
        assertThat(gone.with(node(5, Set.of(Role.MAILBOX))).group(GroupName.shard(5)))
                .isPresent();
    }

    @Test
    void aNodeLeavesWhenItsOwnGroupsAreEnded() {
        Layout four = three().with(node(4, Set.of(Role.MAILBOX, Role.MTA)));
        NodeName name = new NodeName("n4");
        Layout leaving = four.leaving(name, false, false);
        assertThat(leaving.version()).isEqualTo(four.version() + 1);
        assertThat(leaving.isLeaving(name)).isTrue();
        assertThatThrownBy(leaving::left).isInstanceOf(Malformed.class);
        Layout gone =
                leaving.ended(GroupName.shard(4)).ended(GroupName.spool(name)).left();
        assertThat(gone.nodes()).isEqualTo(three().nodes());
        assertThat(gone.groups()).isEqualTo(three().groups());
        assertThat(gone.removed()).containsExactly(name);
        assertThat(gone.leaving()).isEmpty();
        assertThatThrownBy(() -> gone.leaving(name, false, false)).hasMessageContaining("no node 'n4'");
    }

    @Test
    void groupsThatOthersLeadAreRenewedWithoutWhoLeaves() {
        NodeName gone = new NodeName("n4");
        Layout five = three().with(node(4, Set.of(Role.MAILBOX))).with(node(5, Set.of(Role.MAILBOX)));
        Layout leaving = five.leaving(gone, false, false);
        GroupSpec renewed = leaving.group(GroupName.shard(6)).orElseThrow();
        assertThat(renewed.preferred().value()).isEqualTo("n5");
        assertThat(renewed.dataNodes()).hasSize(3).doesNotContain(gone).doesNotHaveDuplicates();
        assertThat(leaving.groups().stream().filter(leaving::isClosing).map(GroupSpec::name))
                .containsExactly(GroupName.shard(4), GroupName.shard(5));
        Layout left =
                leaving.ended(GroupName.shard(5)).ended(GroupName.shard(4)).left();
        assertThat(left.groups()).hasSize(three().groups().size() + 1);
    }

    @Test
    void aSpoolIsRenewedUnderAnotherName() {
        Set<Role> mta = Set.of(Role.MTA);
        Layout six = Layout.seed(List.of(
                node(1, Set.of(Role.DIRECTORY, Role.WITNESS)),
                node(2, Set.of(Role.MAILBOX)),
                node(3, Set.of(Role.MAILBOX)),
                node(4, mta),
                node(5, mta)));
        NodeName gone = new NodeName("n4");
        assertThatThrownBy(() -> six.leaving(gone, false, false))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("spool-n5 needs a node in the place of n4")
                .hasMessageContaining("add a node with the role mta first, or give that up with --force");
        assertThat(six.leaving(gone, false, true)
                        .group(new GroupName("spool-n5-2"))
                        .orElseThrow()
                        .voters())
                .containsExactly(new NodeName("n5"));
        Layout seven = six.with(node(6, mta)).leaving(gone, true, false);
        GroupSpec spool = seven.group(new GroupName("spool-n5-2")).orElseThrow();
        assertThat(spool.dataNodes().toString()).isEqualTo("[n5, n6]");
        assertThat(spool.witness().map(NodeName::value)).contains("n1");
        assertThat(seven.group(new GroupName("spool-n6-2"))).isPresent();
    }

    @Test
    void anotherVotesInTheDirectoryInThePlaceOfANodeThatLeaves() {
        NodeName first = new NodeName("n1");
        NodeName fourth = new NodeName("n4");
        Layout leaving = three().with(node(4, Set.of(Role.MAILBOX))).leaving(first, false, false);
        GroupSpec directory = leaving.group(GroupName.DIRECTORY).orElseThrow();
        assertThat(directory.isVoter(first)).isTrue();
        assertThat(leaving.isClosing(directory)).isFalse();
        Layout after = leaving.substituted();
        assertThat(data(after, "directory")).isEqualTo("[n2, n3, n4]");
        assertThat(after.group(GroupName.DIRECTORY).orElseThrow().preferred()).isEqualTo(new NodeName("n2"));
        assertThat(after.joins(fourth, GroupName.DIRECTORY)).isTrue();
        assertThat(after.joins(fourth, GroupName.shard(4))).isFalse();
        assertThat(after.incarnation(fourth)).isEqualTo(1);
        assertThat(LayoutText.parse(LayoutText.write(after))).isEqualTo(after);
    }

    @Test
    void whoCannotBeSparedStays() {
        Layout four = three().with(node(4, Set.of(Role.MAILBOX)));
        assertThatThrownBy(() -> three().leaving(new NodeName("n1"), false, false))
                .isInstanceOf(Refused.class)
                .hasMessage("the directory needs a node in the place of n1: add a node first");
        Layout pair = Layout.seed(List.of(node(1, ALL), node(2, Set.of(Role.MTA))));
        assertThatThrownBy(() -> pair.leaving(new NodeName("n1"), false, false))
                .hasMessageContaining("n1 alone votes in the directory");
        Layout five = four.with(node(5, Set.of(Role.MAILBOX)));
        Layout one = five.leaving(new NodeName("n5"), false, false);
        assertThatThrownBy(() -> one.leaving(new NodeName("n4"), false, false))
                .hasMessageContaining("node n5 is being taken out");
        assertThat(one.leaving(new NodeName("n5"), true, false)
                        .leaving()
                        .orElseThrow()
                        .dead())
                .isTrue();
        Layout two = Layout.seed(List.of(node(1, ALL))).with(node(2, Set.of(Role.MTA)));
        assertThatThrownBy(() -> two.leaving(new NodeName("n2"), true, false))
                .hasMessageContaining("no majority without node n2");
        Layout going = two.leaving(new NodeName("n2"), false, false);
        assertThatThrownBy(() -> going.leaving(new NodeName("n2"), true, false))
                .hasMessageContaining("no majority without node n2");
        assertThat(one.with(node(6, Set.of(Role.MAILBOX)))
                        .group(GroupName.shard(6))
                        .orElseThrow()
                        .dataNodes())
                .doesNotContain(new NodeName("n5"));
    }

    @Test
    void onlyANewerLayoutIsGoneOverTo() {
        Topology topology = new Topology(new Id(1, 2), three().nodes());
        Layout first = three().with(node(4, ALL));
        assertThat(topology.apply(first)).isTrue();
        assertThat(topology.apply(three().with(node(5, ALL)))).isFalse();
        assertThat(topology.node(new NodeName("n4"))).isEqualTo(node(4, ALL));
        assertThat(topology.shards()).hasSize(4);
    }

    @Test
    void aNodeThatBeginsAnewJoinsTheGroupsOfNowAndBeginsLaterOnes() {
        NodeName name = new NodeName("n2");
        assertThat(three().incarnation(name)).isEqualTo(1);
        Layout anew = three().anew(name);
        assertThat(anew.incarnation(name)).isEqualTo(2);
        assertThat(anew.groups()).isEqualTo(three().groups());
        assertThat(anew.groups()).allMatch(group -> anew.joins(name, group.name()));
        assertThat(anew.groups()).noneMatch(group -> anew.joins(new NodeName("n1"), group.name()));
        Layout later = anew.with(node(4, ALL));
        assertThat(later.group(GroupName.shard(4)).orElseThrow().isVoter(name) || later.incarnation(name) == 2)
                .isTrue();
        assertThat(later.joins(name, GroupName.shard(4))).isFalse();
        Layout again = later.anew(name);
        assertThat(again.incarnation(name)).isEqualTo(3);
        assertThat(again.joins(name, GroupName.shard(4)))
                .isEqualTo(again.group(GroupName.shard(4)).orElseThrow().isVoter(name));
    }

    @Test
    void whatANodeAloneHadIsNotBegunAnew() {
        Layout one = Layout.seed(List.of(node(1, Set.of(Role.DIRECTORY, Role.MAILBOX)), node(2, Set.of(Role.MTA))));
        assertThatThrownBy(() -> one.anew(new NodeName("n1")))
                .hasMessage("what directory holds was on node n1 alone: restore its data folder from a backup");
        assertThat(one.anew(new NodeName("n2")).joins(new NodeName("n2"), GroupName.spool(new NodeName("n2"))))
                .isFalse();
        Layout leaving = three().with(node(4, ALL)).leaving(new NodeName("n3"), true, true);
        assertThatThrownBy(() -> leaving.anew(new NodeName("n3"))).hasMessageContaining("is being taken out");
        assertThatThrownBy(() -> leaving.anew(new NodeName("n9"))).isInstanceOf(Malformed.class);
    }

    @Test
    void itsTextIsReadAsItWasWritten() {
        Layout layout = three().with(node(4, Set.of(Role.WITNESS)));
        Layout full = new Layout(
                7,
                layout.nodes(),
                layout.groups(),
                Set.of(GroupName.shard(9), GroupName.shard(8)),
                Set.of(new NodeName("old")),
                Optional.of(new Layout.Leaving(new NodeName("n4"), true)),
                Map.of(
                        new NodeName("n1"),
                        new Layout.Anew(3, Set.of(GroupName.DIRECTORY, GroupName.shard(1))),
                        new NodeName("n2"),
                        new Layout.Anew(2, Set.of())),
                Map.of(GroupName.shard(1), new Layout.Continued(2, new NodeName("n1"))));
        assertThat(LayoutText.parse(LayoutText.write(full))).isEqualTo(full);
        assertThat(LayoutText.parse(LayoutText.write(layout))).isEqualTo(layout);
    }

    @Test
    void aDamagedTextIsMalformedAndNothingElse() {
        String text = LayoutText.write(three().with(node(4, ALL)));
        long seed = System.nanoTime();
        Random chance = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder damaged = new StringBuilder(text);
            for (int j = chance.nextInt(3); j >= 0; j--) {
                int at = chance.nextInt(damaged.length());
                if (chance.nextBoolean()) {
                    damaged.setCharAt(at, (char) (' ' + chance.nextInt(95)));
                } else {
                    damaged.delete(at, Math.min(damaged.length(), at + 1 + chance.nextInt(20)));
                }
            }
            try {
                Layout read = LayoutText.parse(damaged.toString());
                assertThat(LayoutText.parse(LayoutText.write(read)))
                        .as("seed %d", seed)
                        .isEqualTo(read);
            } catch (Malformed expected) {
                assertThat(expected.sentence()).isNotBlank();
            }
        }
    }
}

package org.merpati.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;

class LossTest {
    private static final Set<Role> ALL = Set.of(Role.DIRECTORY, Role.MAILBOX, Role.MTA);

    private static NodeInfo node(int number, Set<Role> roles) {
        return new NodeInfo(
                name(number), "127.0.0.1", roles, 1_000 + 10 * number, 1_001 + 10 * number, 1_002 + 10 * number);
    }

    private static NodeName name(int number) {
        return new NodeName("n" + number);
    }

    private static Loss loss(Layout layout, Integer... lost) {
        return new Loss(layout, Arrays.stream(lost).map(LossTest::name).collect(Collectors.toSet()));
    }

    private static Layout four() {
        return Layout.seed(List.of(node(1, ALL), node(2, ALL), node(3, ALL), node(4, Set.of(Role.MAILBOX))));
    }

    @Test
    void whatHasNoMajorityGoesOnWithTheLastCopyAndTheLostBeginAnew() {
        Layout after = loss(four(), 2, 3).after();
        assertThat(after.version()).isEqualTo(1);
        assertThat(after.generation(GroupName.DIRECTORY)).isEqualTo(1);
        assertThat(after.isContinuedBy(GroupName.DIRECTORY, name(1))).isTrue();
        // shard-1 is on n1, n2 and n3, shard-2 on n2, n3 and n4, shard-3 on n3, n4 and n1.
        assertThat(after.isContinuedBy(GroupName.shard(1), name(1))).isTrue();
        assertThat(after.isContinuedBy(GroupName.shard(2), name(4))).isTrue();
        assertThat(after.generation(GroupName.shard(3))).as("it has a majority").isZero();
        assertThat(after.incarnation(name(2))).isEqualTo(2);
        assertThat(after.joins(name(3), GroupName.shard(2))).isTrue();
        assertThat(after.joins(name(3), GroupName.shard(3))).isTrue();
        assertThat(after.incarnation(name(1))).isEqualTo(1);
        assertThat(after.groups()).isEqualTo(four().groups());
    }

    @Test
    void itMayHappenAgain() {
        Layout once = loss(four(), 2, 3).after();
        Layout twice = loss(once, 1, 2).after();
        assertThat(twice.generation(GroupName.DIRECTORY)).isEqualTo(2);
        assertThat(twice.isContinuedBy(GroupName.DIRECTORY, name(3))).isTrue();
        assertThat(twice.incarnation(name(2))).isEqualTo(3);
        assertThat(LayoutText.parse(LayoutText.write(twice))).isEqualTo(twice);
    }

    @Test
    void aWitnessHasNoCopy() {
        Layout two = Layout.seed(List.of(
                node(1, Set.of(Role.DIRECTORY, Role.WITNESS)),
                node(2, Set.of(Role.MAILBOX)),
                node(3, Set.of(Role.MAILBOX))));
        Loss data = loss(two, 2, 3);
        assertThat(data.broken()).extracting(GroupSpec::name).contains(GroupName.shard(1));
        assertThat(data.survivor(two.group(GroupName.shard(1)).orElseThrow())).isEmpty();
        assertThat(data.after().generation(GroupName.shard(1))).isZero();
        assertThat(loss(two, 1, 2).after().isContinuedBy(GroupName.shard(1), name(3)))
                .isTrue();
    }

    @Test
    void whatNeedsNothingIsRefused() {
        assertThatThrownBy(() -> loss(four(), 2).after())
                .isInstanceOf(Refused.class)
                .hasMessageContaining("each has a majority without these nodes");
        assertThatThrownBy(() -> loss(four(), 9)).isInstanceOf(Malformed.class);
        Layout leaving = four().leaving(name(4), true, true);
        assertThatThrownBy(() -> loss(leaving, 3, 4)).hasMessageContaining("node n4 is being taken out");
    }
}

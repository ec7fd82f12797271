package org.merpati.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.merpati.console.Overview.GroupRow;
import org.merpati.console.Overview.Lag;
import org.merpati.console.Overview.Leads;
import org.merpati.console.Overview.NodeRow;
import org.merpati.console.Overview.ServiceRow;
import org.merpati.console.Overview.View;
import org.merpati.runtime.NodeStatus;

class OverviewTest {
    private final Overview overview = new Overview();

    @Test
    void aWellClusterIsGreen() {
        View view = overview.of(Statuses.well(), 1_000);
        assertThat(view.well()).isTrue();
        assertThat(view.summary()).isEqualTo("All 3 nodes are ready.");
        assertThat(view.nodes()).allMatch(NodeRow::green);
        assertThat(view.nodes().get(1).leads()).containsExactly(new Leads("shard-1", 7));
        assertThat(view.nodes().get(2).lag()).containsExactly(new Lag("shard-1", 120));
        assertThat(view.groups())
                .extracting(GroupRow::name, GroupRow::leader)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("directory", "gsldap"),
                        org.assertj.core.groups.Tuple.tuple("shard-1", "gszimbra1"));
    }

    @Test
    void aNodeThatIsGoneKeepsItsRowsInRed() {
        overview.of(Statuses.well(), 1_000);
        View view = overview.of(Statuses.withoutMailbox1(), 2_000);
        NodeRow gone = view.nodes().get(1);
        assertThat(gone.green()).isFalse();
        assertThat(gone.state()).isEqualTo("down");
        assertThat(gone.checked()).isEqualTo(2_000);
        assertThat(gone.heard()).isEqualTo(1_000);
        assertThat(gone.leads()).isEmpty();
        assertThat(gone.services())
                .extracting(ServiceRow::name)
                .containsExactly("mailbox", "group directory", "group shard-1");
        assertThat(view.nodes())
                .extracting(NodeRow::lag)
                .as("nobody can tell")
                .containsOnly(List.of(new Lag("shard-1", -1)));
        assertThat(gone.services()).noneMatch(ServiceRow::green);
        assertThat(view.summary()).isEqualTo("gszimbra1 is down. No leader: shard-1.");
        assertThat(view.well()).isFalse();
    }

    @Test
    void aNodeThatWasNeverHeardHasItsRoles() {
        NodeRow gone = overview.of(Statuses.withoutMailbox1(), 2_000).nodes().get(1);
        assertThat(gone.heard()).isZero();
        assertThat(gone.services()).extracting(ServiceRow::name).containsExactly("mailbox");
    }

    @Test
    void ofTwoLeadersTheNewerCounts() {
        NodeStatus old = Statuses.node("a", List.of("mailbox"), List.of(Statuses.group("shard-1", true, Map.of())));
        NodeStatus.Group newer = new NodeStatus.Group("shard-1", "leader", true, 8, 1, 1, Map.of());
        View view = overview.of(List.of(old, Statuses.node("b", List.of("mailbox"), List.of(newer))), 1);
        assertThat(view.nodes().get(0).leads()).isEmpty();
        assertThat(view.nodes().get(1).leads()).containsExactly(new Leads("shard-1", 8));
    }

    @Test
    void aFailingPartIsRedAndNamed() {
        NodeStatus.Service part = new NodeStatus.Service("group shard-1", false, "failed: disk full");
        NodeStatus failing =
                new NodeStatus("a", List.of("mailbox"), "0.1.0", 1, "failing", 1, List.of(), List.of(part));
        NodeRow row = overview.of(List.of(failing), 5).nodes().getFirst();
        assertThat(row.sentence()).isEqualTo("group shard-1: failed: disk full");
        assertThat(row.services()).extracting(ServiceRow::state).containsExactly("running", "failing");
    }
}

package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.level.Release;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;

/** Nodes of two releases come and go in any order: no copy of the older one is ever given what it does not know. */
class LevelModelTest {
    private static final Release OLD = new Release("0.1.0", 1);
    private static final Release NEW = new Release("0.2.0", 2);
    private static final List<NodeName> NODES = List.of(new NodeName("a"), new NodeName("b"), new NodeName("c"));
    private static final GroupSpec GROUP = new GroupSpec(GroupName.shard(1), NODES, Optional.empty(), NODES.getFirst());
    private static final int SEEDS = 40;
    private static final int STEPS = 80;

    @TempDir
    Path folder;

    /** A node that runs. */
    private record Running(Release release, MemoryJournals node, Journal journal, MapState state) {
        boolean sound() {
            return !journal.status().state().startsWith("failed");
        }
    }

    private final Map<NodeName, Running> running = new TreeMap<>();
    private MemoryJournals.Cluster cluster = new MemoryJournals.Cluster();
    private boolean raised;

    private void start(NodeName name, Release release, Path data) {
        MemoryJournals node = new MemoryJournals(name, Clock.system(), cluster, release);
        MapState state = new MapState(data.resolve(name.value()));
        Running started = new Running(release, node, node.open(GROUP, state), state);
        running.put(name, started);
        if (raised && release.equals(OLD)) {
            assertThat(started.journal.status().state()).startsWith("failed: the group is at feature level 2");
        } else {
            assertThat(started.sound()).isTrue();
        }
        raised |= running.values().stream().filter(r -> r.release.equals(NEW)).count() == NODES.size();
    }

    private void submit(int step) {
        Optional<Running> leader = running.values().stream()
                .filter(r -> r.journal.leadership().leading())
                .findFirst();
        if (leader.isEmpty()) {
            return;
        }
        leader.get().journal.submit(MapState.put("sooner", Integer.toString(step)));
        byte[] later = MapState.put2("later", Integer.toString(step));
        if (raised) {
            leader.get().journal.submit(later);
        } else {
            assertThatThrownBy(() -> leader.get().journal.submit(later))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("feature level 2");
        }
    }

    @Test
    void noOlderCopyIsGivenWhatItDoesNotKnow() {
        Random chance = new Random(20_261_128);
        for (int seed = 0; seed < SEEDS; seed++) {
            cluster = new MemoryJournals.Cluster();
            raised = false;
            running.clear();
            for (int step = 0; step < STEPS; step++) {
                NodeName name = NODES.get(chance.nextInt(NODES.size()));
                if (chance.nextInt(3) == 0) {
                    Optional.ofNullable(running.remove(name)).ifPresent(r -> r.node.close());
                } else if (!running.containsKey(name)) {
                    start(name, chance.nextInt(3) == 0 ? OLD : NEW, folder.resolve("history-" + seed));
                }
                submit(step);
                running.values().stream()
                        .filter(r -> r.release.equals(OLD))
                        .forEach(r -> assertThat(r.state.values()).doesNotContainKey("later"));
            }
            running.values().forEach(r -> r.node.close());
        }
    }
}

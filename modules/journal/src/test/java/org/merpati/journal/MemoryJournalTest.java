package org.merpati.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.NodeName;

class MemoryJournalTest implements JournalContract {
    private static final NodeName A = new NodeName("a");
    private static final NodeName B = new NodeName("b");
    private static final GroupSpec GROUP = new GroupSpec(GroupName.shard(1), List.of(A, B), Optional.empty(), A);

    @TempDir
    Path folder;

    private final MemoryJournals.Cluster cluster = new MemoryJournals.Cluster();
    private final MemoryJournals onA = new MemoryJournals(A, Clock.system(), cluster);
    private final MemoryJournals onB = new MemoryJournals(B, Clock.system(), cluster);
    private MapState state;
    private Journal journal;

    @BeforeEach
    void open() {
        state = new MapState(folder.resolve("a"));
        journal = onA.open(GROUP, state);
    }

    @AfterEach
    void close() {
        onA.close();
        onB.close();
    }

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public MapState state() {
        return state;
    }

    @Override
    public void everybodyComes() {
        onB.open(GROUP, new MapState(folder.resolve("b")));
    }

    @Test
    void theSecondCopyTakesOverInAHigherEpoch() {
        journal.submit(MapState.put("k", "1"));
        MapState second = new MapState(folder.resolve("b"));
        Journal other = onB.open(GROUP, second);
        assertThat(second.values()).containsEntry("k", "1");
        Leadership first = journal.leadership();
        onA.close();
        assertThat(other.leadership().leading()).isTrue();
        assertThat(other.leadership().epoch().after(first.epoch())).isTrue();
        other.submit(MapState.put("k", "2"));
        assertThat(second.values()).containsEntry("k", "2");
    }
}

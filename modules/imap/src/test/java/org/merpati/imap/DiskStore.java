package org.merpati.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.NodeName;
import org.merpati.store.JournaledStore;
import org.merpati.store.ShardState;
import org.merpati.store.search.SearchLimits;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** A store as nodes have it, with its vault and its index in a folder; its close verifies it. */
final class DiskStore implements AutoCloseable {
    private static final GroupName SHARD = GroupName.shard(1);

    private final ShardState state;
    private final MemoryJournals journals;
    private final Journal journal;
    private final JournaledStore store;

    DiskStore(Path folder, Clock clock) throws IOException {
        NodeName here = new NodeName("here");
        state = ShardState.open(
                folder.resolve("vault"),
                new VaultIdentity(new Id(1, 2), SHARD),
                VaultLimits.DEFAULT,
                folder.resolve("index"),
                SearchLimits.DEFAULT);
        journals = new MemoryJournals(here, clock);
        journal = journals.open(new GroupSpec(SHARD, List.of(here), Optional.empty(), here), state);
        store = new JournaledStore(
                journal,
                state,
                new Ids(clock, new Random(4)),
                new JournaledStore.Policy(MemoryStore::quota, JournaledStore.Policy.DEFAULT.keepRemoved()));
    }

    JournaledStore store() {
        return store;
    }

    @Override
    public void close() {
        assertThat(store.verify()).isEmpty();
        store.close();
        journal.close();
        journals.close();
        state.close();
    }
}

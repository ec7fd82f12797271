package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Epoch;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;

class JournaledStoreTest implements AccountContract, GrantContract {
    @TempDir
    Path temp;

    private Shard shard;

    @BeforeEach
    void open() {
        shard = new Shard(temp, 1);
    }

    @AfterEach
    void close() {
        shard.close();
    }

    @Override
    public MailStore store() {
        return shard.store();
    }

    @Override
    public void pass(long millis) {
        shard.journal.pass(millis);
    }

    @Override
    public void expire() {
        shard.journal.submit(CommandCodec.encode(new Command.Expire(Shard.KEPT.toMillis())));
    }

    @Override
    public void quota(Quota each) {
        shard.quota(each);
    }

    @Test
    void whoDoesNotLeadNamesTheLeaderAndTellsTheWatchers() {
        store().ensure(Shard.BUDI);
        MailboxId inbox = store().mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
        AtomicInteger calls = new AtomicInteger();
        try (var watch = store().watch(Shard.BUDI, inbox, calls::incrementAndGet)) {
            assertThat(watch).isNotNull();
            shard.journal.lead(false);
            Await.until("the loss is told", () -> calls.get() > 0);
        }
        Route there = new Route(shard.journal.group(), TapeJournal.ELSEWHERE, new Epoch(4));
        for (Runnable call : List.<Runnable>of(
                () -> store().mailboxes(Shard.BUDI),
                () -> store().view(Shard.BUDI, inbox),
                () -> store().ensure(Shard.BUDI),
                () -> store().append(Shard.BUDI, inbox, List.of(Shard.message("x"))))) {
            assertThatThrownBy(call::run)
                    .isInstanceOfSatisfying(
                            TryLater.class, moved -> assertThat(moved.moved()).isEqualTo(Optional.of(there)));
        }
        assertThatThrownBy(() -> store().fresh()).isInstanceOf(TryLater.class);
    }

    @Test
    void theLeaderProposesTheCheckpointThatTheJournalAsksFor() {
        store().ensure(Shard.BUDI);
        assertThat(shard.state().checkpointed()).isZero();
        shard.state().checkpoint();
        Await.until("a checkpoint is finished", () -> shard.state().checkpointed() > 0);
    }
}

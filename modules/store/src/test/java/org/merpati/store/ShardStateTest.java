package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Quota;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;

class ShardStateTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path temp;

    private static MailboxId filled(Shard shard) {
        shard.store().ensure(Shard.BUDI);
        MailboxId inbox =
                shard.store().mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
        for (int i = 0; i < 30; i++) {
            shard.store().append(Shard.BUDI, inbox, List.of(Shard.message("text " + i, "Word" + i % 3)));
        }
        shard.store().expunge(Shard.BUDI, inbox, List.of(1L));
        return inbox;
    }

    @Test
    void aCheckpointIsInstalledAndTheLogGoesOn() throws Exception {
        try (Shard shard = new Shard(temp.resolve("source"), 3);
                ShardState copy = Shard.open(temp.resolve("copy"), Shard.SMALL)) {
            MailboxId inbox = filled(shard);
            shard.checkpoint();
            int at = shard.journal.size();
            try (StateMachine.Pinned pin = shard.state().pin();
                    StateMachine.Installation install = copy.install(pin.index(), pin.files())) {
                for (StateMachine.CheckpointFile file : pin.files()) {
                    if (!install.has(file)) {
                        install.put(file, pin.open(file.name()));
                    }
                }
                install.commit();
            }
            assertThat(copy.checkpointed()).isEqualTo(at);
            shard.store().append(Shard.BUDI, inbox, List.of(Shard.message("after")));
            shard.journal.play(at + 1, copy);
            assertThat(copy.view(Shard.BUDI, inbox).size()).isEqualTo(31);
            assertThat(copy.verify()).isEmpty();
        }
    }

    /** One copy took everything from the log, the other began with its checkpoint; then one goes astray. */
    @Test
    void equalCopiesHaveEqualDigestsAndAStrayFlagIsFound() throws Exception {
        Id first = new Id(7, 1);
        Id second = new Id(7, 2);
        try (Shard shard = new Shard(temp.resolve("source"), 3);
                ShardState copy = Shard.open(temp.resolve("copy"), Shard.SMALL)) {
            MailboxId inbox = filled(shard);
            for (int i = 1; i <= shard.journal.size(); i++) {
                shard.journal.play(i, copy);
            }
            shard.checkpoint();
            shard.journal.play(shard.journal.size(), copy);
            shard.journal.submit(CommandCodec.encode(new Command.Compare(first)));
            shard.journal.play(shard.journal.size(), copy);
            SortedMap<String, String> digests = shard.state().compared(first, LIMIT);
            assertThat(copy.compared(first, LIMIT)).isEqualTo(digests);
            assertThat(digests.keySet()).anyMatch(name -> name.endsWith("mailbox " + inbox));

            FlagChange flag = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Flagged"));
            Command stray = new Command.Store(Shard.BUDI, inbox, List.of(5L), flag, -1);
            copy.apply(shard.journal.size() + 1L, shard.journal.millis(), CommandCodec.encode(stray));
            shard.journal.submit(CommandCodec.encode(new Command.Compare(second)));
            shard.journal.play(shard.journal.size(), copy);
            SortedMap<String, String> good = shard.state().compared(second, LIMIT);
            SortedMap<String, String> bad = copy.compared(second, LIMIT);
            assertThat(bad).hasSameSizeAs(good);
            assertThat(bad.keySet().stream()
                            .filter(name -> !bad.getOrDefault(name, "").equals(good.get(name))))
                    .as("the mailbox, and the account's counter of MODSEQ")
                    .allMatch(name -> name.startsWith("account " + Shard.BUDI))
                    .anyMatch(name -> name.endsWith("mailbox " + inbox))
                    .hasSize(2);
            assertThatThrownBy(() -> copy.compared(first, Duration.ofMillis(50)))
                    .isInstanceOf(TryLater.class);
        }
    }

    @Test
    void afterALossEveryMailboxHasAnotherUidValidityAndAHigherModSeqOnce() {
        try (Shard shard = new Shard(temp, 5)) {
            MailboxId inbox = filled(shard);
            shard.store().ensure(Shard.SITI);
            List<Mailbox> before = both(shard);
            assertThat(shard.state().renewal(0)).isEmpty();
            byte[] renewal = shard.state().renewal(1).orElseThrow();
            shard.journal.submit(renewal);
            assertThat(shard.state().renewal(1)).isEmpty();
            List<Mailbox> after = both(shard);
            assertThat(after).hasSameSizeAs(before);
            for (int i = 0; i < after.size(); i++) {
                Mailbox was = before.get(i);
                assertThat(after.get(i).id()).isEqualTo(was.id());
                assertThat(after.get(i).uidNext()).isEqualTo(was.uidNext());
                assertThat(after.get(i).uidValidity()).isGreaterThan(was.uidValidity());
                assertThat(after.get(i).highestModSeq()).isGreaterThan(was.highestModSeq() + Integer.MAX_VALUE);
            }
            assertThat(shard.state().view(Shard.BUDI, inbox).size()).isEqualTo(30);
            shard.journal.submit(renewal);
            assertThat(both(shard)).isEqualTo(after);
            shard.crash();
            assertThat(shard.state().renewal(1)).isEmpty();
            assertThat(shard.state().renewal(2)).isPresent();
            assertThat(shard.state().verify()).isEmpty();
        }
    }

    private static List<Mailbox> both(Shard shard) {
        return Stream.of(Shard.BUDI, Shard.SITI)
                .flatMap(account -> shard.state().mailboxes(account).stream())
                .toList();
    }

    @Test
    void readersBesideTheWriterSeeWholeCommands() throws Exception {
        try (Shard shard = new Shard(temp, 4)) {
            MailboxId inbox = filled(shard);
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<Throwable> wrong = new AtomicReference<>();
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    while (!done.get()) {
                        shard.state().forgetOpen();
                        View view = shard.store().view(Shard.BUDI, inbox);
                        for (int i = 1; i < view.size(); i++) {
                            assertThat(view.message(i).flags().system())
                                    .isEqualTo(view.message(0).flags().system());
                        }
                    }
                } catch (Throwable failed) {
                    wrong.set(failed);
                }
            });
            List<Long> all =
                    java.util.stream.LongStream.rangeClosed(1, 30).boxed().toList();
            for (int i = 0; i < 300; i++) {
                var kind = i % 2 == 0 ? FlagChange.Kind.ADD : FlagChange.Kind.REMOVE;
                shard.store()
                        .flags(Shard.BUDI, inbox, all, new FlagChange(kind, Flags.of("\\Seen")), OptionalLong.empty());
            }
            done.set(true);
            reader.join();
            assertThat(wrong.get()).isNull();
        }
    }

    @Test
    void aCommandOfAnUnknownTypeOrVersionStopsTheReplica() {
        try (Shard shard = new Shard(temp, 5)) {
            assertThatThrownBy(() -> shard.state().apply(1, 1, new byte[] {99, 1}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("type 99");
            assertThatThrownBy(() -> shard.state().apply(1, 1, new byte[] {1, 2}))
                    .hasMessageContaining("version 2");
        }
    }

    /** The folders under test resources were written by each version of the rows and must be readable for ever. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theGoldenShardOfEachVersionOpens(int version) throws Exception {
        Path golden = Path.of("src/test/resources/golden/shard-" + version);
        if (Boolean.getBoolean("golden.write") && !Files.exists(golden)) {
            try (Shard shard = new Shard(temp.resolve("new"), 6)) {
                filled(shard);
                shard.checkpoint();
            }
            copy(temp.resolve("new/life-0"), golden);
        }
        copy(golden, temp.resolve("golden"));
        try (ShardState state = Shard.open(temp.resolve("golden"), Shard.SMALL)) {
            MailboxId inbox = state.mailbox(Shard.BUDI, "INBOX").orElseThrow().id();
            MailboxView view = state.view(Shard.BUDI, inbox);
            assertThat(view.size()).isEqualTo(30);
            assertThat(view.keywords()).containsExactly("Word0", "Word1", "Word2");
            MailboxView.RowMessage last = (MailboxView.RowMessage) view.message(29);
            assertThat(state.body(last.content()).bytes()).asString().isEqualTo("text 29");
            assertThat(state.verify()).isEmpty();
            Usage before = state.usage(Shard.BUDI, Quota.NONE);
            assertThat(before.messages()).isEqualTo(30);
            state.apply(1_000, 1, CommandCodec.encode(new Command.Subscribe(Shard.BUDI, "Sent", false)));
            assertThat(state.usage(Shard.BUDI, Quota.NONE)).isEqualTo(before);
            assertThat(state.verify()).isEmpty();
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }
}

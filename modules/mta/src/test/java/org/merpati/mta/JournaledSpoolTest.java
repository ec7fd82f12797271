package org.merpati.mta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.Journal;
import org.merpati.journal.memory.MemoryJournals;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

class JournaledSpoolTest implements SpoolContract {
    private static final NodeName HERE = new NodeName("here");
    private static final GroupSpec SPEC =
            new GroupSpec(new GroupName("spool-here"), List.of(HERE), Optional.empty(), HERE);
    private static final VaultLimits SMALL = new VaultLimits(64 << 10, 1 << 20, 1 << 20, 1024, 3, 64);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final MemoryJournals journals = new MemoryJournals(HERE, clock);
    private SpoolState state;
    private Journal journal;
    private Spool spool;

    @BeforeEach
    void open() throws IOException {
        state = SpoolState.open(folder, new VaultIdentity(new Id(1, 1), SPEC.name()), SMALL);
        journal = journals.open(SPEC, state);
        spool = new JournaledSpool(journal, state);
    }

    @AfterEach
    void close() throws IOException {
        state.settle();
        assertThat(state.verify()).isEmpty();
        journal.close();
    }

    /** Ends without a checkpoint and starts with the last one and the log behind it. */
    private void crash() throws IOException {
        journal.close();
        open();
    }

    @Override
    public Spool spool() {
        return spool;
    }

    @Override
    public TestClock clock() {
        return clock;
    }

    @Test
    void aCrashLosesNothing() throws IOException {
        MailEntry first = accept(SpoolContract.octets(1000));
        journal.submit(SpoolCodec.encode(new SpoolCommand.Flush()));
        MailEntry second = accept(SpoolContract.octets(700_000));
        note(List.of(SpoolContract.outcome(first, 0, Outcome.Result.DELIVERED)), Optional.empty());
        spool.started(second.id(), List.of(1));
        List<MailEntry> before = spool.open(10);
        crash();
        assertThat(state.checkpointed()).isPositive();
        assertThat(spool.open(10)).isEqualTo(before);
        assertThat(SpoolContract.read(spool.body(first.id()))).isEqualTo(SpoolContract.octets(1000));
        assertThat(SpoolContract.read(spool.body(second.id()))).isEqualTo(SpoolContract.octets(700_000));
    }

    @Test
    void piecesThatNobodyClaimsAreDropped() throws IOException {
        MailEntry mail = mail(newId(), 600_000);
        byte[] piece = SpoolContract.octets(100_000);
        journal.submit(SpoolCodec.encode(new SpoolCommand.Chunk(mail.id(), 0, piece)));
        spool.expire();
        assertThat(state.piece(mail.id(), 0)).isEqualTo(piece);
        clock.pass(Spool.UPLOAD_MILLIS + 1);
        spool.expire();
        assertThat(state.piece(mail.id(), 0)).isNull();
        byte[] answer = journal.submit(SpoolCodec.encode(new SpoolCommand.Accept(mail, new byte[0], 3)));
        assertThat(answer[0]).isEqualTo((byte) 1);
        assertThat(spool.open(10)).isEmpty();
    }

    /** The folders under test resources were written by each version of the rows and must be readable for ever. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theGoldenSpoolOfEachVersionOpens(int version, @TempDir Path temp) throws IOException {
        Path golden = Path.of("src/test/resources/golden/spool-" + version);
        if (Boolean.getBoolean("golden.write") && !Files.exists(golden)) {
            MailEntry half = accept(SpoolContract.octets(1000));
            note(List.of(SpoolContract.outcome(half, 0, Outcome.Result.DELIVERED)), Optional.empty());
            clock.pass(1000);
            accept(SpoolContract.octets(20_000));
            journal.submit(SpoolCodec.encode(new SpoolCommand.Flush()));
            state.settle();
            copy(folder, golden);
        }
        copy(golden, temp.resolve("spool"));
        VaultIdentity identity = new VaultIdentity(new Id(1, 1), SPEC.name());
        try (SpoolState old = SpoolState.open(temp.resolve("spool"), identity, SMALL)) {
            Journal here = new MemoryJournals(HERE, clock).open(SPEC, old);
            Spool opened = new JournaledSpool(here, old);
            List<MailEntry> mails = opened.open(10);
            assertThat(mails)
                    .extracting(mail -> mail.recipients().getFirst().state())
                    .containsExactly(MailEntry.State.DELIVERED, MailEntry.State.WAITING);
            assertThat(SpoolContract.read(opened.body(mails.getLast().id()))).isEqualTo(SpoolContract.octets(20_000));
            assertThat(opened.trace(mails.getFirst().id()).orElseThrow().events())
                    .extracting(TraceEvent::event)
                    .containsExactly("accepted", "delivered");
            assertThat(old.verify()).isEmpty();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }

    @Test
    void anUnknownCommandStopsThisReplica() {
        assertThatThrownBy(() -> state.apply(1, 1, new byte[] {9, 1}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 9");
        assertThatThrownBy(() -> state.apply(1, 1, new byte[] {1, 99}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("kind 99");
    }
}

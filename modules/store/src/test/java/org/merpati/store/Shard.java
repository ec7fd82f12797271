package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.merpati.journal.Journal;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Flags;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Ids;
import org.merpati.kernel.Quota;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.vault.FileEntry;
import org.merpati.vault.Pin;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** A shard under test: a tape, a state in a folder, a store; it can be crashed, and is verified when closed. */
final class Shard implements AutoCloseable {
    static final VaultIdentity IDENTITY = new VaultIdentity(new Id(1, 2), GroupName.shard(1));
    static final VaultLimits SMALL = new VaultLimits(32 << 10, 1 << 20, 1 << 20, 1024, 3, 64);
    static final AccountId BUDI = new AccountId(new Id(11, 1));
    static final AccountId SITI = new AccountId(new Id(12, 1));

    /** How long removed messages can be had back. */
    static final Duration KEPT = Duration.ofDays(14);

    private final Path root;
    private final VaultLimits limits;
    private final Random chance;
    final TapeJournal journal;
    private final Ids ids;
    private ShardState state;
    private JournaledStore store;
    private Path folder;
    private int crashes;
    private volatile Quota quota = Quota.NONE;

    Shard(Path root, long seed) {
        this(root, seed, SMALL);
    }

    Shard(Path root, long seed, VaultLimits limits) {
        this.root = root;
        this.limits = limits;
        this.chance = new Random(seed);
        this.ids = new Ids(
                new Clock() {
                    @Override
                    public long millis() {
                        return 1_750_000_000_000L;
                    }

                    @Override
                    public long nanos() {
                        return 0;
                    }
                },
                new Random(seed));
        this.folder = root.resolve("life-0");
        this.state = open(folder, limits);
        this.journal = new TapeJournal(IDENTITY.group(), state);
        this.store = serve();
    }

    static ShardState open(Path folder, VaultLimits limits) {
        try {
            return ShardState.open(folder, IDENTITY, limits);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private JournaledStore serve() {
        return new JournaledStore(
                journal, state, ids, Shard::summary, new JournaledStore.Policy(account -> quota, KEPT));
    }

    static byte[] summary(byte[] octets) {
        return ("summary of " + octets.length).getBytes(StandardCharsets.UTF_8);
    }

    /** How much each account may keep from now on. */
    void quota(Quota each) {
        quota = each;
    }

    MailStore store() {
        return store;
    }

    /** The same shard over another copy and journal. */
    JournaledStore through(Journal other, ShardState copy) {
        JournaledStore there =
                new JournaledStore(other, copy, ids, Shard::summary, new JournaledStore.Policy(account -> quota, KEPT));
        return there.through(other);
    }

    AccountMoves moves() {
        return store.moves();
    }

    ShardState state() {
        return state;
    }

    /** Loses what no manifest names, in part or in whole, and starts again with the tape. */
    void crash() {
        try {
            store.close();
            state.close();
            Path next = root.resolve("life-" + ++crashes);
            Files.createDirectories(next);
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.copy(file, next.resolve(file.getFileName().toString()));
                }
            }
            cutTail(next);
            folder = next;
            state = open(folder, limits);
            journal.resume(state);
            store = serve();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void cutTail(Path next) throws IOException {
        try (Pin pin = state.vault().pin()) {
            for (FileEntry file : pin.files()) {
                Path path = next.resolve(file.name());
                if (file.name().endsWith(".blobs") && Files.size(path) > file.length()) {
                    long kept = file.length() + chance.nextLong(Files.size(path) - file.length() + 1);
                    try (var channel = java.nio.channels.FileChannel.open(path, StandardOpenOption.WRITE)) {
                        channel.truncate(kept);
                    }
                }
            }
        }
    }

    /** Takes a checkpoint by way of the log. */
    void checkpoint() {
        journal.submit(CommandCodec.encode(new Command.Flush()));
        try {
            state.vault().finish();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    List<FileEntry> files() {
        try (Pin pin = state.vault().pin()) {
            return pin.files();
        }
    }

    static NewMessage message(String text, String... flags) {
        return new NewMessage(
                Body.of(text.getBytes(StandardCharsets.UTF_8)), Flags.of(flags), OptionalLong.of(1_600_000_000_000L));
    }

    @Override
    public void close() {
        assertThat(state.verify()).isEmpty();
        store.close();
        state.close();
    }
}

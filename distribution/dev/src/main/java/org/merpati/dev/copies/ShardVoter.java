package org.merpati.dev.copies;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.merpati.journal.Journal;
import org.merpati.journal.JournalConfig;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Ids;
import org.merpati.store.JournaledStore;
import org.merpati.store.MailStore;
import org.merpati.store.ShardState;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/** A voter of a shard in this JVM, as a node has it but for the full-text index. */
public final class ShardVoter implements AutoCloseable {
    private final Path home;
    private final VoterNode node;
    private final CountedState state;
    private final Journal journal;
    private final JournaledStore store;

    /**
     * Opens one, whose certificate {@link Voter#prepare} has made.
     *
     * @throws IOException if the disk fails
     */
    public ShardVoter(Path folder, int base, int copies, int number, JournalConfig config) throws IOException {
        home = Voter.home(folder, number);
        ShardState shard = ShardState.open(vault(), new VaultIdentity(Voter.CLUSTER, Voter.GROUP), VaultLimits.DEFAULT);
        state = new CountedState(shard);
        node = new VoterNode(folder, Voter.topology(base, copies), number, config);
        journal = node.open(state);
        store = new JournaledStore(journal, shard, Ids.secure(Clock.system()), JournaledStore.Policy.DEFAULT);
    }

    private Path vault() {
        return home.resolve("vault");
    }

    /** The mailboxes; changes are taken where {@link #leads}. */
    public MailStore store() {
        return store;
    }

    /** Whether it leads. */
    public boolean leads() {
        return journal.leadership().leading();
    }

    /** The index of the last entry that was applied here. */
    public long applied() {
        return journal.status().applied();
    }

    /** The index of the last entry in the last finished checkpoint here. */
    public long checkpointed() {
        return state.checkpointed();
    }

    /** The octets of files of others' checkpoints that were sent to it since it was opened. */
    public long sent() {
        return state.sent();
    }

    /** Has every copy begin a checkpoint. */
    public void checkpoint() {
        journal.submit(CommandCodec.encode(new Command.Flush()));
    }

    /** The lengths of the vault's files by name. */
    public Map<String, Long> files() throws IOException {
        return files(vault());
    }

    /** The octets of the log on the disk. */
    public long logged() throws IOException {
        return files(log()).values().stream().mapToLong(Long::longValue).sum();
    }

    private Path log() throws IOException {
        try (Stream<Path> below = Files.walk(home.resolve("journal"))) {
            return below.filter(folder -> folder.endsWith("current"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no log below " + home));
        }
    }

    /** The index of the first entry that the log still has, if it has any. */
    public OptionalLong first() throws IOException {
        return files(log()).keySet().stream()
                .filter(name -> name.matches("log_(inprogress_)?\\d+(-\\d+)?"))
                .mapToLong(name -> Long.parseLong(name.replaceAll("log_(?:inprogress_)?(\\d+).*", "$1")))
                .min();
    }

    private static Map<String, Long> files(Path folder) throws IOException {
        Map<String, Long> lengths = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                lengths.put(String.valueOf(file.getFileName()), file.toFile().length());
            }
        }
        return lengths;
    }

    @Override
    public void close() {
        store.close();
        node.close();
    }
}

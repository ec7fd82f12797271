package org.merpati.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.merpati.journal.StateMachine;
import org.merpati.journal.vaulted.VaultCheckpoints;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;
import org.merpati.kernel.Quota;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.people.Tally;
import org.merpati.store.search.MailIndex;
import org.merpati.store.search.Place;
import org.merpati.store.search.SearchLimits;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/**
 * A shard's mailboxes on one copy: what its log built, in a vault, with the mailboxes that were read last open in
 * memory.
 */
public final class ShardState implements StateMachine {
    /** How many messages' rows open mailboxes keep in memory: about 60 MB. */
    private static final long OPEN_MESSAGES = 2_000_000;

    private final Vault vault;
    private final OpenMailboxes open = new OpenMailboxes(OPEN_MESSAGES);
    private final List<Consumer<Place>> listeners = new CopyOnWriteArrayList<>();
    private volatile Runnable checkpointAsked = () -> {};
    private volatile @Nullable MailIndex index;

    private final Comparisons comparisons;
    private final Migration.Standings standings;

    private ShardState(Vault vault) {
        this.vault = vault;
        this.comparisons = new Comparisons(vault);
        this.standings = new Migration.Standings(vault);
    }

    /**
     * Opens a shard's folder.
     *
     * @throws IOException if the disk fails
     * @throws Refused if the folder belongs to another cluster or group, or to another format
     */
    public static ShardState open(Path folder, VaultIdentity identity, VaultLimits limits) throws IOException {
        return new ShardState(Vault.open(folder, identity, limits));
    }

    /**
     * Opens a shard's folder, and beside it the folder of its full-text index, which follows in the background.
     *
     * @throws IOException if the disk fails or a file of the shard, not of the index, is damaged
     * @throws Refused if the folder belongs to another cluster or group, or to another format
     */
    public static ShardState open(
            Path folder, VaultIdentity identity, VaultLimits limits, Path index, SearchLimits searchLimits)
            throws IOException {
        ShardState state = open(folder, identity, limits);
        String owner = identity.group() + "@" + identity.cluster();
        state.index = new MailIndex(index, owner, new IndexedRows(state), searchLimits);
        return state;
    }

    GroupName group() {
        return vault.identity().group();
    }

    Vault vault() {
        return vault;
    }

    /** Who else is told of each mailbox that a command changed, on the applying thread. */
    void onChange(Consumer<Place> listener) {
        listeners.add(listener);
    }

    /** Who is told that the journal wants a checkpoint; it may propose {@link Command.Flush} if it leads. */
    void onCheckpointAsked(Runnable listener) {
        checkpointAsked = listener;
    }

    @Override
    public long checkpointed() {
        return vault.checkpointed();
    }

    @Override
    public int levelOf(byte[] command) {
        return CommandCodec.levelOf(command);
    }

    @Override
    public Optional<byte[]> renewal(int generation) {
        if (generation == 0) {
            return Optional.empty();
        }
        int known = found(Keys.shardKind(Keys.GENERATION)).map(Rows::generation).orElse(0);
        return known < generation ? Optional.of(CommandCodec.encode(new Command.Renew(generation))) : Optional.empty();
    }

    @Override
    public byte[] apply(long index, long millis, byte[] octets) {
        Command command = CommandCodec.decode(octets);
        Ledger ledger = new Ledger(vault, millis);
        try {
            if (command instanceof Command.OfAccount own) {
                new Migration(ledger).here(own.account());
            }
            byte[] answer = apply(command, ledger);
            Iterable<Ledger.Touched> touched = ledger.close();
            open.change(vault::publish, touched);
            if (command instanceof Command.OfMove) {
                standings.forget();
            }
            touched.forEach(folder -> changed(folder.place()));
            changedAccount(command).ifPresent(account -> tell(new Place(account, MailStore.ACCOUNT)));
            if (command instanceof Command.Compare compare) {
                comparisons.begin(compare.id());
            }
            return answer;
        } catch (Refused refused) {
            vault.revert();
            return Answer.refused(refused);
        } catch (TryLater later) {
            vault.revert();
            return Answer.later(later);
        } catch (IOException failed) {
            throw new UncheckedIOException("the disk failed under entry " + index + " of " + group(), failed);
        }
    }

    /** Whose mailboxes, subscriptions, annotations or grants a command changes. */
    private static Optional<AccountId> changedAccount(Command command) {
        return switch (command) {
            case Command.Ensure c -> Optional.of(c.account());
            case Command.Create c -> Optional.of(c.account());
            case Command.Delete c -> Optional.of(c.account());
            case Command.Rename c -> Optional.of(c.account());
            case Command.Annotate c -> Optional.of(c.account());
            case Command.Grant c -> Optional.of(c.account());
            case Command.Subscribe c -> Optional.of(c.account());
            case Command.Fence c -> Optional.of(c.account());
            case Command.Adopt c -> Optional.of(c.account());
            default -> Optional.empty();
        };
    }

    /** How the accounts stand that move or have moved. */
    Map<AccountId, Migration.Standing> standings() {
        return standings.get();
    }

    private void tell(Place place) {
        listeners.forEach(listener -> listener.accept(place));
    }

    private void changed(Place place) {
        tell(place);
        MailIndex told = index;
        if (told != null) {
            told.changed(place);
        }
    }

    private byte[] apply(Command command, Ledger ledger) throws IOException {
        return switch (command) {
            case Command.Ensure c -> new Folders(ledger).ensure(c);
            case Command.Create c -> new Folders(ledger).create(c);
            case Command.Delete c -> new Folders(ledger).delete(c);
            case Command.Rename c -> new Folders(ledger).rename(c);
            case Command.Annotate c -> new Folders(ledger).annotate(c);
            case Command.Grant c -> new Folders(ledger).grant(c);
            case Command.Subscribe c -> new Folders(ledger).subscribe(c);
            case Command.Append c -> new Messages(ledger).append(c);
            case Command.Deliver c -> new Messages(ledger).deliver(c);
            case Command.Store c -> new Messages(ledger).store(c);
            case Command.Copy c -> new Messages(ledger).copy(c);
            case Command.Expunge c -> new Messages(ledger).expunge(c);
            case Command.Replace c -> new Messages(ledger).replace(c);
            case Command.Chunk c -> new Bodies(ledger).chunk(c);
            case Command.Expire c -> new Bodies(ledger).expire(c);
            case Command.Compact c -> new Bodies(ledger).compact(c);
            case Command.Undelete c -> new Messages(ledger).undelete(c);
            case Command.Restore c -> new Messages(ledger).restore(c);
            case Command.Count c -> new Tallies(ledger).tally(c);
            case Command.Import c -> new Migration(ledger).take(c);
            case Command.Fence c -> new Migration(ledger).fence(c);
            case Command.Adopt c -> new Migration(ledger).adopt(c);
            case Command.Forget c -> new Migration(ledger).forget(c);
            case Command.Flush c -> {
                vault.flushAtEntry();
                yield Answer.done().toByteArray();
            }
            case Command.Compare c -> Answer.done().toByteArray();
            case Command.Renew c -> new Folders(ledger).renew(c);
        };
    }

    @Override
    public void entryApplied(long index) {
        try {
            vault.entryApplied(index);
        } catch (IOException failed) {
            throw new UncheckedIOException("the disk failed behind entry " + index + " of " + group(), failed);
        }
    }

    /**
     * The index of the last finished checkpoint. Where one is taken follows from the log alone, so that copies stay
     * equal: the leader is asked to propose one.
     */
    @Override
    public long checkpoint() {
        checkpointAsked.run();
        return vault.checkpointed();
    }

    /** An I/O error while reading is this node's trouble, not the reader's. */
    static TryLater unreadable(IOException failed) {
        return new TryLater("the message store could not be read: " + failed.getMessage());
    }

    /** A question to the rows of one instant. */
    @FunctionalInterface
    interface Reading<T> {
        T of(Snapshot rows) throws IOException;
    }

    <T> T read(Reading<T> question) {
        try (Snapshot rows = vault.snapshot()) {
            return question.of(rows);
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    private Optional<byte[]> found(byte[] key) {
        return read(rows -> Optional.ofNullable(rows.get(key)));
    }

    /** The rows of one kind of an account, or of a mailbox. */
    private <T> List<T> list(byte[] kind, Listed<T> listed) {
        return read(rows -> {
            List<T> list = new ArrayList<>();
            rows.scan(kind, Keys.behind(kind), (key, value) -> list.add(listed.of(rows, key, value)));
            return list;
        });
    }

    /** What a row is to a list. */
    @FunctionalInterface
    private interface Listed<T> {
        T of(Snapshot rows, byte[] key, byte[] value) throws IOException;
    }

    Optional<Mailbox> mailbox(AccountId account, String name) {
        return read(rows -> {
            byte[] id = rows.get(Keys.text(account, Keys.NAME, name));
            return id == null ? Optional.empty() : Optional.of(mailbox(rows, account, id));
        });
    }

    private static Mailbox mailbox(Snapshot rows, AccountId account, byte[] id) throws IOException {
        return folder(rows, account, new MailboxId(Keys.id(id, 0))).mailbox();
    }

    private static Rows.Folder folder(Snapshot rows, AccountId account, MailboxId id) throws IOException {
        byte[] value = rows.get(Keys.mailbox(account, Keys.FOLDER, id));
        if (value == null) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the mailbox " + id + " does not exist any more");
        }
        return Rows.Folder.read(id, value);
    }

    boolean exists(AccountId account) {
        return read(rows -> rows.get(Keys.account(account)) != null);
    }

    Usage usage(AccountId account, Quota quota) {
        return read(rows -> {
            byte[] value = rows.get(Keys.account(account));
            Rows.Account row = value == null ? new Rows.Account() : Rows.Account.read(value);
            byte[] folders = Keys.kind(account, Keys.FOLDER);
            row.count(visitor -> rows.scan(folders, Keys.behind(folders), visitor));
            return new Usage(row.octets, row.messages, quota);
        });
    }

    List<Mailbox> mailboxes(AccountId account) {
        return list(Keys.kind(account, Keys.NAME), (rows, key, id) -> mailbox(rows, account, id));
    }

    List<String> subscriptions(AccountId account) {
        return list(Keys.kind(account, Keys.SUBSCRIPTION), (rows, key, value) -> Keys.textOf(key, Keys.ACCOUNT_PREFIX));
    }

    SortedMap<String, byte[]> annotations(AccountId account, MailboxId mailbox) {
        byte[] from = Keys.annotation(account, mailbox, "");
        return read(rows -> {
            SortedMap<String, byte[]> annotations = new TreeMap<>();
            rows.scan(from, Keys.behind(from), (key, value) -> {
                annotations.put(Keys.textOf(key, from.length), Rows.annotation(value));
                return true;
            });
            return annotations;
        });
    }

    List<MailStore.Explained> explanations(MailId mail) {
        return list(Keys.explanations(mail), (rows, key, value) -> {
            Rows.Explanation row = Rows.Explanation.read(value);
            return new MailStore.Explained(Keys.explainedOf(key), row.mailbox(), row.text());
        });
    }

    Tally.Counts counts(AccountId account, long[] marks) {
        return read(rows -> Tallies.counts(rows, account, marks));
    }

    List<MailStore.Arrival> arrivals(MailId mail) {
        return read(rows -> Messages.arrivals(rows, mail));
    }

    MailboxView view(AccountId account, MailboxId mailbox) {
        try {
            return open.open(new Place(account, mailbox), vault::snapshot, this::load);
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    /** Forgets the open mailboxes; each is read again when it is next asked for. */
    void forgetOpen() {
        open.clear();
    }

    private MailboxView load(Snapshot rows, Place place) throws IOException {
        Rows.Folder folder = folder(rows, place.account(), place.mailbox());
        if (!folder.selectable) {
            throw new Refused(
                    Refused.Reason.NONEXISTENT, "'" + folder.name + "' only holds other mailboxes, no messages");
        }
        SortedSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        byte[] from = Keys.mailbox(place.account(), Keys.KEYWORD, place.mailbox());
        rows.scan(from, Keys.behind(from), (key, word) -> keywords.add(Keys.textOf(word, 0)));
        MailboxView.Builder builder = new MailboxView.Builder(new Stretch.SharedFlags());
        byte[] messages = Keys.mailbox(place.account(), Keys.MESSAGE, place.mailbox());
        rows.scan(messages, Keys.behind(messages), (key, value) -> {
            builder.add(Keys.uidOf(key), Rows.Hot.read(value));
            return true;
        });
        return builder.build(this, place.account(), folder.mailbox(), keywords);
    }

    /** Shows removed messages that can be had back, those before a key, or all, down to a time. */
    void removed(AccountId account, long since, Octets before, Predicate<MailStore.Removed> visitor) {
        byte[] all = Keys.behind(Keys.kind(account, Keys.REMOVED));
        byte[] end = before.array().length == 0 ? all : Keys.removed(account, before);
        read(rows -> {
            rows.scanBack(Keys.removedSince(account, since), end, (key, value) -> {
                Rows.Removed row = Rows.Removed.read(value);
                Rows.Hot hot = row.hot();
                Octets summary = row.content().summary();
                return visitor.test(new MailStore.Removed(
                        Keys.removedName(key),
                        Keys.removedAt(key),
                        row.mailbox(),
                        hot.internalDate(),
                        hot.size(),
                        summary));
            });
            return true;
        });
    }

    List<Long> expunged(AccountId account, MailboxId mailbox, long after, long upTo) {
        byte[] from = Keys.tombstone(account, mailbox, after + 1, 0);
        byte[] to = Keys.tombstone(account, mailbox, upTo + 1, 0);
        return read(rows -> {
            SortedSet<Long> uids = new TreeSet<>();
            rows.scan(from, to, (key, value) -> {
                uids.add(Keys.uidOf(key));
                return true;
            });
            return List.copyOf(uids);
        });
    }

    Rows.Content content(AccountId account, MailboxId mailbox, long uid) {
        return found(Keys.message(account, Keys.CONTENT, mailbox, uid))
                .map(Rows.Content::read)
                .orElseThrow(() ->
                        new Refused(Refused.Reason.NONEXISTENT, "the message " + uid + " was expunged meanwhile"));
    }

    Body body(Rows.Content content) {
        byte[] value = found(Keys.blob(content.blob()))
                .orElseThrow(() -> new IllegalStateException("the blob " + content.blob() + " has no row"));
        byte[] prefix = content.prefix().getBytes(StandardCharsets.UTF_8);
        return new StoredBody(new StoredBody.Blob(vault, content.blob(), Rows.Blob.read(value)), prefix);
    }

    /**
     * A digest of each mailbox as it was at the entry that holds the command, by its name; the shard's bodies are one
     * more. Waits until this copy has applied the command and read everything.
     *
     * @throws TryLater if that takes longer than the limit, or another comparison was begun meanwhile
     */
    SortedMap<String, String> compared(Id comparison, Duration limit) {
        return comparisons.await(comparison, limit);
    }

    /** Compares everything with everything; see {@link MailStore#verify}. */
    public List<String> verify() {
        return new Verification(this, open).run();
    }

    @Override
    public Pinned pin() {
        return VaultCheckpoints.pin(vault);
    }

    /** When a checkpoint has been installed, nothing in memory is true any more. */
    @Override
    public Installation install(long index, List<CheckpointFile> files) throws IOException {
        return VaultCheckpoints.install(vault, index, files, this::replaced);
    }

    private void replaced() {
        open.clear();
        standings.forget();
        MailIndex told = index;
        if (told != null) {
            told.allChanged();
        }
    }

    /** The full-text index, if this copy has one. */
    Optional<MailIndex> index() {
        return Optional.ofNullable(index);
    }

    @Override
    public void onDamage(Consumer<String> listener) {
        vault.onDamage(damaged -> listener.accept(damaged.getMessage()));
    }

    @Override
    public void scrub(long octetsPerSecond) throws IOException {
        vault.scrub(octetsPerSecond);
    }

    @Override
    public void close() {
        index().ifPresent(MailIndex::close);
        comparisons.close();
        try {
            vault.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("the vault of " + group() + " could not be closed", failed);
        }
    }
}

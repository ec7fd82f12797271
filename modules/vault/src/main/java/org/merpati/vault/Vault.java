package org.merpati.vault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.merpati.runtime.DurableFile;
import org.merpati.vault.Manifest.SegmentEntry;

/**
 * The durable state of one copy: rows by key and blobs, in immutable files that a manifest names (replication.md §4).
 * It is as durable as its last checkpoint; what came after is replayed from the group's log.
 *
 * <p>One thread writes and reads through {@link #get} and {@link #scan}, which see its own changes at once. Other
 * threads read {@link #snapshot}s, which see what was {@link #publish published}. Checkpoints are taken in the
 * background, at the end of an entry, at points that follow from what was written, so equal logs make equal files.
 */
public final class Vault implements AutoCloseable {
    private static final String DAMAGED = "damaged-";
    /** How many times the rows that make a checkpoint may wait for one before the writer does. */
    private static final int FROZEN = 2;

    private final Path folder;
    private final VaultIdentity identity;
    private final VaultLimits limits;
    private final BlockCache cache;
    private final Flusher flusher;
    private final Object lock = new Object();
    private final Map<String, Integer> pins = new HashMap<>();
    private final Set<String> doomed = new HashSet<>();
    private final Deque<Table> dropped = new ArrayDeque<>();
    private final List<String> emptied = new ArrayList<>();
    private volatile Layers layers = new Layers(Memtable.EMPTY, List.of(), List.of());
    private volatile Manifest manifest = Manifest.NONE;
    private Memtable working = Memtable.EMPTY;
    private Segments segments;
    private boolean flushAsked;
    private volatile Consumer<Corrupt> damaged = corrupt -> {};
    private volatile @Nullable Corrupt damage;

    private Vault(Path folder, VaultIdentity identity, VaultLimits limits) throws IOException {
        this.folder = folder;
        this.identity = identity;
        this.limits = limits;
        this.cache = new BlockCache(limits.cachedBlocks());
        this.flusher = new Flusher(folder);
        this.segments = begin();
    }

    /**
     * Opens a vault, or makes an empty one: unsealed segments are cut to the manifest's length, files that it does not
     * name are dropped.
     *
     * <p>Where a file turns out damaged, it is set aside and the vault is empty ({@link #damage}, {@link #checkpointed}
     * 0); the other files stay for an {@link #install} of another copy's checkpoint.
     *
     * @throws IOException if the disk fails
     * @throws org.merpati.kernel.Refused if the folder belongs to another cluster or group, or to another format
     */
    public static Vault open(Path folder, VaultIdentity identity, VaultLimits limits) throws IOException {
        Files.createDirectories(folder);
        return new Vault(folder, identity, limits);
    }

    private Segments begin() throws IOException {
        try {
            return load(Set.of());
        } catch (Corrupt corrupt) {
            setAside(corrupt.file());
            damage = corrupt;
            return Segments.open(folder, identity, limits.segmentBytes(), List.of());
        }
    }

    private static void setAside(Path file) throws IOException {
        if (Files.exists(file)) {
            Path aside = file.resolveSibling(DAMAGED + file.getFileName());
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What was found damaged as this was opened, if nothing was installed since. */
    public Optional<Corrupt> damage() {
        return Optional.ofNullable(damage);
    }

    /** Who is told of each damage that a read finds, on the reading thread. */
    public void onDamage(Consumer<Corrupt> listener) {
        damaged = listener;
    }

    /** Reads files, and tells who wants to know if one is damaged. */
    void watched(Step reading) throws IOException {
        try {
            reading.run();
        } catch (Corrupt corrupt) {
            throw told(corrupt);
        }
    }

    /** Tells who wants to know of damage, and hands it back. */
    Corrupt told(Corrupt corrupt) {
        damaged.accept(corrupt);
        return corrupt;
    }

    /** Opens what the manifest names, and removes other files, except those that are still read. */
    private Segments load(Set<String> stillRead) throws IOException {
        Path file = folder.resolve(Manifest.NAME);
        Manifest found;
        try {
            found = Manifest.decode(Files.readAllBytes(file), identity, file);
        } catch (NoSuchFileException first) {
            found = Manifest.NONE;
        }
        dropUnknown(found, stillRead);
        List<Table> tables = new ArrayList<>();
        for (Manifest.TableEntry entry : found.tables()) {
            Disk.checkLength(folder, entry.file());
            tables.addFirst(Table.open(folder, entry.file(), cache, identity));
        }
        for (SegmentEntry entry : found.segments()) {
            Disk.checkLength(folder, entry.file());
        }
        Segments opened = Segments.open(folder, identity, limits.segmentBytes(), found.segments());
        synchronized (lock) {
            manifest = found;
            working = Memtable.EMPTY;
            layers = new Layers(Memtable.EMPTY, List.of(), tables);
        }
        return opened;
    }

    private void dropUnknown(Manifest found, Set<String> stillRead) throws IOException {
        Set<String> named = new HashSet<>(stillRead);
        found.files().forEach(entry -> named.add(entry.name()));
        named.add(Manifest.NAME);
        try (var files = Files.list(folder)) {
            for (Path path : files.toList()) {
                String name = path.getFileName().toString();
                boolean ours = Manifest.known(name) || name.equals(Manifest.NAME + ".new");
                if (ours && !named.contains(name)) {
                    Files.delete(path);
                }
            }
        }
    }

    Path folder() {
        return folder;
    }

    /** Whose data this is. */
    public VaultIdentity identity() {
        return identity;
    }

    /** The index of the last finished checkpoint; 0 if there is none. */
    public long checkpointed() {
        return manifest.index();
    }

    private Layers own() {
        Layers now = layers;
        return new Layers(working, now.frozen(), now.tables());
    }

    /** For the writer: a key's value, or null. */
    public byte @Nullable [] get(byte[] key) throws IOException {
        try {
            return own().get(key);
        } catch (Corrupt corrupt) {
            throw told(corrupt);
        }
    }

    /** For the writer: shows the rows from a key to one before the other, ascending, as they are at the call. */
    public void scan(byte[] from, byte[] to, RowVisitor visitor) throws IOException {
        watched(() -> own().scan(from, to, visitor));
    }

    /** Sets a key's value; the arrays are kept. */
    public void put(byte[] key, byte[] value) {
        working = working.put(new Row(key, value));
    }

    /** Removes a key. */
    public void delete(byte[] key) {
        working = working.put(new Row(key, null));
    }

    /** Appends a blob; it can be read at once, by any thread that has its place. */
    public BlobRef append(byte[] blob) throws IOException {
        return segments.append(blob);
    }

    /**
     * Reads a blob, from any thread.
     *
     * @throws Corrupt if it is not what was appended
     */
    public byte[] read(BlobRef ref) throws IOException {
        try {
            return Segments.read(folder, ref);
        } catch (Corrupt corrupt) {
            throw told(corrupt);
        }
    }

    /** Whether a blob is the first of its segment. */
    public boolean first(BlobRef ref) {
        return ref.offset() == identity.headerLength();
    }

    /** The lengths of sealed segments that may be dropped when nothing in them is needed, by number. */
    public SortedMap<Integer, Long> droppableSegments() {
        return manifest.droppable();
    }

    /**
     * For the writer: drops a segment in which no row names a blob any more; its file goes with the next checkpoint.
     *
     * @return false if it is not sealed, or the newest, or not there
     */
    public boolean dropSegment(int segment) {
        return segments.drop(segment) && emptied.add(Manifest.segmentName(segment));
    }

    /** Shows what was written so far to snapshots that are taken from now on. */
    public void publish() {
        synchronized (lock) {
            layers = new Layers(working, layers.frozen(), layers.tables());
        }
    }

    /** Takes back the rows written since the last {@link #publish}; blobs stay, without a use. */
    public void revert() {
        working = layers.fresh();
    }

    /** The rows as last published, for any thread; close it soon, it holds files. */
    public Snapshot snapshot() {
        synchronized (lock) {
            Layers now = layers;
            now.tables().forEach(Table::hold);
            return new Snapshot(this, now);
        }
    }

    void release(List<Table> tables) {
        for (Table table : tables) {
            if (table.release()) {
                drop(table.entry().name());
            }
        }
    }

    private void drop(String name) {
        synchronized (lock) {
            boolean named =
                    manifest.files().stream().anyMatch(entry -> entry.name().equals(name));
            if (named) {
                return;
            }
            if (pins.containsKey(name)) {
                doomed.add(name);
                return;
            }
            doomed.remove(name);
            try {
                Files.deleteIfExists(folder.resolve(name));
            } catch (IOException later) {
                doomed.add(name);
            }
        }
    }

    /** Asks for a checkpoint at the end of the entry; only what all copies do alike may ask. */
    public void flushAtEntry() {
        flushAsked = true;
    }

    /**
     * Ends an entry of the log: publishes, and begins a checkpoint if one is due. One that takes long, because large
     * tables are merged, does not keep the writer: others wait behind it, until their rows are too many for the memory.
     *
     * @throws IOException if the disk failed, now or in the background; the vault must not be used further
     */
    public void entryApplied(long index) throws IOException {
        publish();
        settle();
        if (flushAsked || working.bytes() >= limits.rowBytes() || segments.appended() >= limits.blobBytes()) {
            flushAsked = false;
            List<Path> toForce = new ArrayList<>();
            List<SegmentEntry> entries = segments.freeze(toForce);
            Flush flush = new Flush(index, working, entries, toForce);
            working = Memtable.EMPTY;
            synchronized (lock) {
                layers = layers.freeze(flush.rows());
            }
            List<String> unnamed = List.copyOf(emptied);
            emptied.clear();
            flusher.begin(() -> {
                watched(() -> run(flush));
                unnamed.forEach(this::drop);
            });
        }
    }

    private void run(Flush flush) throws IOException {
        Flush.Result result = flush.run(folder, identity, limits, cache, manifest, layers.tables());
        DurableFile.write(folder.resolve(Manifest.NAME), result.manifest().encode(identity));
        synchronized (lock) {
            manifest = result.manifest();
            layers = layers.flushed(result.tables());
            dropped.addAll(result.dropped());
        }
    }

    /** Hears of checkpoints that have ended and lets go of tables that they replaced; the writer's. */
    private void settle() throws IOException {
        flusher.settle(() -> layers.frozenBytes() > limits.rowBytes() * FROZEN);
        releaseDropped();
    }

    private void releaseDropped() {
        List<Table> gone;
        synchronized (lock) {
            gone = List.copyOf(dropped);
            dropped.clear();
        }
        release(gone);
    }

    /**
     * Waits for the checkpoints that are under way, if any.
     *
     * @return the index of the last finished one
     * @throws IOException if one failed
     */
    public long finish() throws IOException {
        flusher.finish();
        return manifest.index();
    }

    /** Keeps the files of the last finished checkpoint until the pin is closed. */
    public Pin pin() {
        synchronized (lock) {
            manifest.files().forEach(entry -> pins.merge(entry.name(), 1, Integer::sum));
            return new Pin(this, manifest, manifest.encode(identity));
        }
    }

    void unpin(Manifest pinned) {
        synchronized (lock) {
            for (FileEntry entry : pinned.files()) {
                pins.computeIfPresent(entry.name(), (name, count) -> count == 1 ? null : count - 1);
                if (!pins.containsKey(entry.name()) && doomed.contains(entry.name())) {
                    drop(entry.name());
                }
            }
        }
    }

    /** Begins to take another copy's checkpoint of that index, which may be behind or before this copy's. */
    public Install install(long index, List<FileEntry> files) throws IOException {
        return new Install(this, index, files);
    }

    /** Something that is done with files. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    void adopt(Manifest next, byte[] octets, Step moveIn) throws IOException {
        flusher.forget();
        segments.close();
        List<Table> old = layers.tables();
        moveIn.run();
        DurableFile.syncFolder(folder);
        for (SegmentEntry entry : next.segments()) {
            Disk.cut(folder.resolve(entry.file().name()), entry.file().length());
        }
        DurableFile.write(folder.resolve(Manifest.NAME), octets);
        cache.clear();
        emptied.clear();
        Set<String> stillRead = new HashSet<>();
        old.forEach(table -> stillRead.add(table.entry().name()));
        synchronized (lock) {
            stillRead.addAll(pins.keySet());
            doomed.addAll(pins.keySet());
            next.files().forEach(entry -> doomed.remove(entry.name()));
        }
        segments = load(stillRead);
        flushAsked = false;
        damage = null;
        release(old);
    }

    /**
     * Reads every file of the last finished checkpoint and compares its digest.
     *
     * @return what is wrong, a sentence each
     */
    public List<String> scrub() {
        List<String> wrong = new ArrayList<>();
        try (Pin pin = pin()) {
            for (FileEntry entry : pin.scrubbed()) {
                try {
                    watched(() -> Scrub.check(folder, identity, entry, Disk.Pace.NONE));
                } catch (IOException unreadable) {
                    wrong.add(unreadable.getMessage());
                }
            }
        }
        return wrong;
    }

    /**
     * The same at a pace of so many octets a second, until the first damage; who wants to know is told of it.
     *
     * @throws IOException if the disk fails, a file is damaged, or the thread is interrupted
     */
    public void scrub(long octetsPerSecond) throws IOException {
        Disk.Pace pace = octets -> LockSupport.parkNanos(octets * 1_000_000_000L / octetsPerSecond);
        try (Pin pin = pin()) {
            for (FileEntry entry : pin.scrubbed()) {
                watched(() -> Scrub.check(folder, identity, entry, pace));
                if (Thread.currentThread().isInterrupted()) {
                    throw new IOException("interrupted while " + folder + " was looked through");
                }
            }
        }
    }

    /** Closes without a checkpoint; those that are under way are finished first. */
    @Override
    public void close() throws IOException {
        flusher.close();
        releaseDropped();
        segments.close();
    }
}

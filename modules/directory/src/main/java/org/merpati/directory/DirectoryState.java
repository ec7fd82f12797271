package org.merpati.directory;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Sha256;
import org.merpati.runtime.DurableFile;

/**
 * The applied state of the directory group on one voter. A command is a change record in LDIF, or a change of a table
 * beside the entries; a checkpoint is one file with every entry in LDIF and every table behind the index and a digest.
 * Who holds its monitor keeps it from changing.
 */
final class DirectoryState implements StateMachine {
    /** The version of a command that changes entries. */
    static final int ENTRIES = 1;
    /** The version of a command that changes a table beside them. */
    static final int TABLE = 2;

    private static final int MAGIC = 0x4d505244;
    /** The form of checkpoints that hold entries alone. */
    private static final int ENTRIES_FORMAT = 1;

    private static final int FORMAT = 2;
    private static final int KEPT = 2;
    private static final String PREFIX = "directory-";

    private final Path folder;
    private final SideTables tables;
    private final Consumer<LiveCopy.Change> applied;
    private final Runnable replaced;
    private volatile Tree tree;
    private volatile long appliedIndex;
    private volatile long checkpointed;

    /**
     * Opens the newest checkpoint in a folder.
     *
     * @param tables all that lie beside the entries
     * @param applied told of each change that took effect
     * @param replaced told when the whole state was replaced by a checkpoint
     */
    DirectoryState(Path folder, SideTables tables, Consumer<LiveCopy.Change> applied, Runnable replaced)
            throws IOException {
        this.folder = folder;
        this.tables = tables;
        this.applied = applied;
        this.replaced = replaced;
        Files.createDirectories(folder);
        this.tree = new Tree();
        List<Path> newest = checkpoints();
        if (!newest.isEmpty()) {
            load(Files.readAllBytes(newest.getFirst()), newest.getFirst());
        }
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(PREFIX + "\\d{19}"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private void load(byte[] file, Path name) throws IOException {
        BinaryReader in = new BinaryReader(file);
        int magic = in.i32();
        int format = in.i32();
        if (magic != MAGIC || format < ENTRIES_FORMAT || format > FORMAT) {
            throw new IOException(name + " is not a directory checkpoint of format " + FORMAT);
        }
        long index = in.i64();
        byte[] digest = in.raw(32);
        byte[] state = in.raw(in.remaining());
        if (!Arrays.equals(digest, Sha256.of(state))) {
            throw new IOException(name + " is damaged: its digest differs");
        }
        if (format == ENTRIES_FORMAT) {
            tree = Tree.of(state);
            tables.clear();
        } else {
            BinaryReader parts = new BinaryReader(state);
            tree = Tree.of(parts.bytes());
            var _ = tables.read(parts);
        }
        appliedIndex = index;
        checkpointed = index;
    }

    Tree tree() {
        return tree;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public long checkpointed() {
        return checkpointed;
    }

    /** A command that carries a change record. */
    static byte[] command(String ldif) {
        return new BinaryWriter().u8(ENTRIES).text(ldif).toByteArray();
    }

    /** A command that changes a table beside the entries. */
    static byte[] command(String table, byte[] change) {
        return new BinaryWriter(change.length + 32)
                .u8(TABLE)
                .text(table)
                .bytes(change)
                .toByteArray();
    }

    /** The answer to a command: the index at which it took effect, or what forbade it. */
    static byte[] answer(long index, Optional<String> forbidden) {
        return new BinaryWriter()
                .i64(index)
                .flag(forbidden.isEmpty())
                .text(forbidden.orElse(""))
                .toByteArray();
    }

    @Override
    public synchronized byte[] apply(long index, long millis, byte[] command) {
        BinaryReader in = new BinaryReader(command);
        int version = in.u8();
        return switch (version) {
            case ENTRIES -> entries(index, in.text());
            case TABLE -> table(index, in.text(), in.bytes());
            default ->
                throw new IllegalStateException(
                        "directory command of version " + version + ": this program knows up to " + TABLE);
        };
    }

    private byte[] entries(long index, String ldif) {
        Optional<String> forbidden = tree.apply(ldif);
        if (forbidden.isEmpty()) {
            applied.accept(new LiveCopy.Change.OfEntries(index, ldif));
        }
        return answer(index, forbidden);
    }

    private byte[] table(long index, String name, byte[] change) {
        try {
            tables.change(index, name, change);
        } catch (Malformed wrong) {
            return answer(index, Optional.of(wrong.sentence()));
        }
        applied.accept(new LiveCopy.Change.OfTable(index, name, change));
        return answer(index, Optional.empty());
    }

    @Override
    public void entryApplied(long index) {
        appliedIndex = index;
    }

    @Override
    public long checkpoint() throws IOException {
        long index = appliedIndex;
        BinaryWriter parts = new BinaryWriter(1 << 16).bytes(tree.ldif());
        tables.write(parts, tables.names());
        byte[] state = parts.toByteArray();
        byte[] file = new BinaryWriter(state.length + 64)
                .i32(MAGIC)
                .i32(FORMAT)
                .i64(index)
                .raw(Sha256.of(state), 0, 32)
                .raw(state, 0, state.length)
                .toByteArray();
        DurableFile.write(folder.resolve(name(index)), file);
        checkpointed = index;
        List<Path> all = checkpoints();
        for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) {
            Files.deleteIfExists(old);
        }
        return index;
    }

    private static String name(long index) {
        return PREFIX + "%019d".formatted(index);
    }

    @Override
    public Pinned pin() {
        long index = checkpointed;
        try {
            byte[] content = index == 0 ? new byte[0] : Files.readAllBytes(folder.resolve(name(index)));
            String digest = Sha256.hex(content);
            List<CheckpointFile> files =
                    index == 0 ? List.of() : List.of(new CheckpointFile(name(index), content.length, digest));
            return new Pinned() {
                @Override
                public long index() {
                    return index;
                }

                @Override
                public List<CheckpointFile> files() {
                    return files;
                }

                @Override
                public InputStream open(String name) {
                    return new ByteArrayInputStream(content);
                }

                @Override
                public void close() {
                    // The content is held by this object alone.
                }
            };
        } catch (IOException unreadable) {
            throw new IllegalStateException("the checkpoint at " + index + " cannot be read", unreadable);
        }
    }

    @Override
    public Installation install(long index, List<CheckpointFile> files) {
        return new Fetched(index);
    }

    /** Takes over a checkpoint from another voter. */
    private final class Fetched implements Installation {
        private final long index;
        private byte @Nullable [] content;

        Fetched(long index) {
            this.index = index;
        }

        @Override
        public boolean has(CheckpointFile file) {
            return false;
        }

        @Override
        public void put(CheckpointFile file, InputStream in) throws IOException {
            byte[] octets = in.readNBytes(Math.toIntExact(file.length()));
            if (!Sha256.hex(octets).equals(file.sha256())) {
                throw new IOException("the checkpoint " + file.name() + " arrived damaged");
            }
            content = octets;
        }

        @Override
        public void commit() throws IOException {
            if (content == null) {
                throw new IOException("no file of the checkpoint at " + index + " arrived");
            }
            DurableFile.write(folder.resolve(name(index)), content);
            synchronized (DirectoryState.this) {
                load(content, folder.resolve(name(index)));
                replaced.run();
            }
        }

        @Override
        public void close() {
            content = null;
        }
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }
}

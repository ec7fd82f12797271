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
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Sha256;
import org.merpati.runtime.DurableFile;

/**
 * The applied state of the directory group on one voter. A command is a change record in LDIF; a checkpoint is one file
 * with every entry in LDIF behind the index and a digest.
 */
final class DirectoryState implements StateMachine {
    /** The version of a command's form. */
    static final int VERSION = 1;

    private static final int MAGIC = 0x4d505244;
    private static final int FORMAT = 1;
    private static final int KEPT = 2;
    private static final String PREFIX = "directory-";

    private final Path folder;
    private final BiConsumer<Long, String> applied;
    private final Runnable replaced;
    private volatile Tree tree;
    private volatile long appliedIndex;
    private volatile long checkpointed;

    /**
     * Opens the newest checkpoint in a folder.
     *
     * @param applied told of each change that took effect, with its index
     * @param replaced told when the whole state was replaced by a checkpoint
     */
    DirectoryState(Path folder, BiConsumer<Long, String> applied, Runnable replaced) throws IOException {
        this.folder = folder;
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
        if (in.i32() != MAGIC || in.i32() != FORMAT) {
            throw new IOException(name + " is not a directory checkpoint of format " + FORMAT);
        }
        long index = in.i64();
        byte[] digest = in.raw(32);
        byte[] ldif = in.raw(in.remaining());
        if (!Arrays.equals(digest, Sha256.of(ldif))) {
            throw new IOException(name + " is damaged: its digest differs");
        }
        tree = Tree.of(ldif);
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
        return new BinaryWriter().u8(VERSION).text(ldif).toByteArray();
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
    public byte[] apply(long index, long millis, byte[] command) {
        BinaryReader in = new BinaryReader(command);
        int version = in.u8();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "directory command of version " + version + ": this program knows " + VERSION);
        }
        String ldif = in.text();
        Optional<String> forbidden = tree.apply(ldif);
        if (forbidden.isEmpty()) {
            applied.accept(index, ldif);
        }
        return answer(index, forbidden);
    }

    @Override
    public void entryApplied(long index) {
        appliedIndex = index;
    }

    @Override
    public long checkpoint() throws IOException {
        long index = appliedIndex;
        byte[] ldif = tree.ldif();
        byte[] file = new BinaryWriter(ldif.length + 64)
                .i32(MAGIC)
                .i32(FORMAT)
                .i64(index)
                .raw(Sha256.of(ldif), 0, 32)
                .raw(ldif, 0, ldif.length)
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
            load(content, folder.resolve(name(index)));
            replaced.run();
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

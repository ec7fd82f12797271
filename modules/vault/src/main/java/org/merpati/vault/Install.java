package org.merpati.vault;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.merpati.runtime.DurableFile;

/**
 * Takes another copy's checkpoint. Files are put aside under their digest, so an installation that was broken off
 * goes on where it stopped; the manifest's rename makes them the state.
 */
public final class Install implements AutoCloseable {
    static final String FOLDER = "install";

    private final Vault vault;
    private final long index;
    private final List<FileEntry> files;
    private final Path aside;
    /** The vault's own checkpoint: its files stay until this ends. */
    private final Pin pin;

    private final Set<FileEntry> kept;
    private final Set<FileEntry> present = new HashSet<>();
    private boolean committed;

    Install(Vault vault, long index, List<FileEntry> files) throws IOException {
        this.vault = vault;
        this.index = index;
        this.files = List.copyOf(files);
        this.aside = vault.folder().resolve(FOLDER);
        for (FileEntry file : files) {
            if (!Manifest.known(file.name()) || !file.sha256().matches("[0-9a-f]{64}")) {
                throw new IOException("'" + file.name() + "' is no name of a vault's file");
            }
        }
        Files.createDirectories(aside);
        this.pin = vault.pin();
        this.kept = new HashSet<>(pin.files());
        kept.removeIf(file -> file.name().equals(Manifest.NAME));
    }

    private Path staged(FileEntry file) {
        return aside.resolve(file.sha256());
    }

    /** Whether the file is here already; it is read and its digest compared. */
    public boolean has(FileEntry file) throws IOException {
        if (matches(staged(file), file)
                || (!file.name().equals(Manifest.NAME) && matches(vault.folder().resolve(file.name()), file))) {
            present.add(file);
            return true;
        }
        return false;
    }

    /** Whether the vault's own checkpoint has the same file, if nothing was damaged there; the file is not read. */
    public boolean names(FileEntry file) {
        boolean named = vault.damage().isEmpty() && kept.contains(file);
        if (named) {
            present.add(file);
        }
        return named;
    }

    private static boolean matches(Path path, FileEntry file) throws IOException {
        return Files.exists(path)
                && Files.size(path) >= file.length()
                && Disk.hex(Disk.digest(path, file.length())).equals(file.sha256());
    }

    /** The octets of a file behind its first ones. */
    @FunctionalInterface
    public interface Tail {
        /** Opens them. */
        InputStream behind(long octets) throws IOException;
    }

    /**
     * Writes a file, fsyncs it and compares its digest.
     *
     * @throws IOException if writing fails or the digest differs
     */
    public void put(FileEntry file, InputStream content) throws IOException {
        if (!write(file, content)) {
            throw new IOException("the file " + file.name() + " arrived with another digest than its checkpoint names");
        }
    }

    /**
     * Writes a file of which the vault has the beginning, as of a segment that has grown: only what is behind that is
     * asked for.
     *
     * @return false if nothing of it is here, or what is here is not its beginning
     * @throws IOException if writing fails, or the octets do not come
     */
    public boolean grow(FileEntry file, Tail tail) throws IOException {
        Path here = vault.folder().resolve(file.name());
        long begun = file.name().equals(Manifest.NAME) || !Files.exists(here) ? 0 : Files.size(here);
        if (begun == 0 || begun >= file.length()) {
            return false;
        }
        try (InputStream beginning = new Limited(Files.newInputStream(here), begun);
                InputStream others = tail.behind(begun)) {
            return write(file, new SequenceInputStream(beginning, others));
        }
    }

    private boolean write(FileEntry file, InputStream content) throws IOException {
        if (!files.contains(file)) {
            throw new IOException("the file " + file.name() + " is not of this checkpoint");
        }
        FileEntry written;
        try (FileSink sink = new FileSink(staged(file))) {
            byte[] buffer = new byte[1 << 16];
            for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
                sink.write(buffer, 0, count);
            }
            written = sink.finish();
        }
        if (written.length() != file.length() || !written.sha256().equals(file.sha256())) {
            Files.delete(staged(file));
            return false;
        }
        present.add(file);
        return true;
    }

    /**
     * Makes the checkpoint the state, all at once. Nothing may be applied meanwhile.
     *
     * @throws IOException if a file is missing, the manifest names other files, or the disk fails
     */
    public void commit() throws IOException {
        FileEntry own = null;
        for (FileEntry file : files) {
            if (!present.contains(file) && !has(file)) {
                throw new IOException("the file " + file.name() + " was not put");
            }
            own = file.name().equals(Manifest.NAME) ? file : own;
        }
        if (own == null) {
            throw new IOException("the checkpoint at " + index + " has no manifest");
        }
        byte[] octets = Files.readAllBytes(staged(own));
        Manifest manifest = Manifest.decode(octets, vault.identity(), staged(own));
        if (manifest.index() != index || !Set.copyOf(files).containsAll(manifest.files())) {
            throw new IOException("the manifest is not that of a checkpoint at " + index + " with these files");
        }
        vault.adopt(manifest, octets, () -> moveIn(manifest));
        committed = true;
        close();
    }

    private void moveIn(Manifest manifest) throws IOException {
        for (FileEntry file : manifest.files()) {
            Path target = vault.folder().resolve(file.name());
            if (Files.exists(staged(file))) {
                Files.move(staged(file), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } else {
                DurableFile.sync(target);
            }
        }
    }

    /** Drops what was put and is not needed any more; files that were not committed stay for the next attempt. */
    @Override
    public void close() throws IOException {
        pin.close();
        if (committed && Files.exists(aside)) {
            try (var left = Files.list(aside)) {
                for (Path path : left.toList()) {
                    Files.delete(path);
                }
            }
            Files.delete(aside);
        }
    }
}

package org.merpati.vault;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.Sha256;

/** A checkpoint whose files are kept until it is closed. */
public final class Pin implements AutoCloseable {
    private final Vault vault;
    private final Manifest manifest;
    private final byte[] manifestOctets;
    private boolean closed;

    Pin(Vault vault, Manifest manifest, byte[] manifestOctets) {
        this.vault = vault;
        this.manifest = manifest;
        this.manifestOctets = manifestOctets;
    }

    /** The index of the checkpoint. */
    public long index() {
        return manifest.index();
    }

    /** The files, the manifest first. Equal names and digests are equal on every copy. */
    public List<FileEntry> files() {
        List<FileEntry> files = new ArrayList<>();
        files.add(new FileEntry(Manifest.NAME, manifestOctets.length, Sha256.hex(manifestOctets)));
        files.addAll(manifest.files());
        return files;
    }

    /** The files that are on the disk: before the first checkpoint there are none. */
    List<FileEntry> scrubbed() {
        return manifest.index() == 0 ? List.of() : files();
    }

    /**
     * Reads a file, up to the length in {@link #files}.
     *
     * @throws IOException if there is none of that name, or the disk fails
     */
    public InputStream open(String name) throws IOException {
        if (name.equals(Manifest.NAME)) {
            return new ByteArrayInputStream(manifestOctets);
        }
        for (FileEntry file : manifest.files()) {
            if (file.name().equals(name)) {
                return new Limited(Files.newInputStream(vault.folder().resolve(name)), file.length());
            }
        }
        throw new IOException("the checkpoint at " + manifest.index() + " has no file " + name);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            vault.unpin(manifest);
        }
    }
}

package org.merpati.vault;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A vault's rows at one instant, for any thread, until closed. */
public final class Snapshot implements AutoCloseable {
    private final Vault vault;
    private final Layers layers;
    private boolean closed;

    Snapshot(Vault vault, Layers layers) {
        this.vault = vault;
        this.layers = layers;
    }

    /**
     * A key's value, or null.
     *
     * @throws IOException if the disk fails or a checksum is wrong ({@link Corrupt})
     */
    public byte @Nullable [] get(byte[] key) throws IOException {
        try {
            return layers.get(key);
        } catch (Corrupt corrupt) {
            throw vault.told(corrupt);
        }
    }

    /**
     * Shows the rows from a key to one before the other, ascending.
     *
     * @throws IOException if the disk fails or a checksum is wrong ({@link Corrupt})
     */
    public void scan(byte[] from, byte[] to, RowVisitor visitor) throws IOException {
        vault.watched(() -> layers.scan(from, to, visitor));
    }

    /**
     * Shows the rows from one before a key down to another, descending.
     *
     * @throws IOException if the disk fails or a checksum is wrong ({@link Corrupt})
     */
    public void scanBack(byte[] from, byte[] to, RowVisitor visitor) throws IOException {
        vault.watched(() -> layers.scanBack(from, to, visitor));
    }

    /** Lets its files go. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            vault.release(layers.tables());
        }
    }
}

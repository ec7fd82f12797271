package org.merpati.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.merpati.kernel.Id;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;

/** A blob as its row was once; its pieces are found again if compaction has moved them since. */
final class StoredBlob {
    private final Vault vault;
    private final Id id;
    private Rows.Blob row;

    StoredBlob(Vault vault, Id id, Rows.Blob row) {
        this.vault = vault;
        this.id = id;
        this.row = row;
    }

    /** The length in octets. */
    int size() {
        return row.size();
    }

    /** In how many pieces it is. */
    int pieces() {
        return row.pieces().size();
    }

    /** The length of a piece, which does not change when it is moved. */
    int length(int piece) {
        return row.pieces().get(piece).length();
    }

    /**
     * Reads a piece.
     *
     * @throws IOException if the disk fails, the piece is damaged, or the blob was dropped
     */
    byte[] read(int piece) throws IOException {
        try {
            return vault.read(row.pieces().get(piece));
        } catch (NoSuchFileException gone) {
            Rows.Blob now = moved();
            if (now.pieces().get(piece).equals(row.pieces().get(piece))) {
                throw gone;
            }
            row = now;
            return vault.read(row.pieces().get(piece));
        }
    }

    private Rows.Blob moved() throws IOException {
        try (Snapshot rows = vault.snapshot()) {
            byte[] value = rows.get(Keys.blob(id));
            if (value == null) {
                throw new IOException("the message was removed meanwhile");
            }
            return Rows.Blob.read(value);
        }
    }
}

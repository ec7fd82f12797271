package org.merpati.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.NoSuchFileException;
import java.util.Collections;
import java.util.List;
import org.merpati.kernel.Id;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;

/** A recipient's own header lines and a blob, whose pieces are read and checked one at a time. */
final class StoredBody implements Body {
    private final Blob blob;
    private final byte[] prefix;

    StoredBody(Blob blob, byte[] prefix) {
        this.blob = blob;
        this.prefix = prefix;
    }

    @Override
    public int size() {
        return prefix.length + blob.size();
    }

    @Override
    public InputStream open(int offset) throws IOException {
        if (offset < 0 || offset > size()) {
            throw new IndexOutOfBoundsException("offset " + offset + " of " + size() + " octets");
        }
        int ahead = Math.min(offset, prefix.length);
        InputStream own = new ByteArrayInputStream(prefix, ahead, prefix.length - ahead);
        int skip = offset - ahead;
        int piece = 0;
        while (piece < blob.pieces() && skip >= blob.length(piece)) {
            skip -= blob.length(piece++);
        }
        PieceStream shared = new PieceStream(blob, piece, skip);
        return new SequenceInputStream(Collections.enumeration(List.of(own, shared)));
    }

    /** The octets of a blob from one of its pieces on. */
    private static final class PieceStream extends InputStream {
        private final Blob blob;
        private int next;
        private ByteArrayInputStream now;

        PieceStream(Blob blob, int first, int skip) throws IOException {
            this.blob = blob;
            this.next = first;
            this.now = new ByteArrayInputStream(new byte[0]);
            if (skip > 0) {
                advance();
                now.skipNBytes(skip);
            }
        }

        private boolean advance() throws IOException {
            while (now.available() == 0) {
                if (next >= blob.pieces()) {
                    return false;
                }
                now = new ByteArrayInputStream(blob.read(next++));
            }
            return true;
        }

        @Override
        public int read() throws IOException {
            return advance() ? now.read() : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return length == 0 || advance() ? now.read(to, offset, length) : -1;
        }

        @Override
        public int available() {
            return now.available();
        }
    }

    /** A blob as its row was once; its pieces are found again if compaction has moved them since. */
    static final class Blob {
        private final Vault vault;
        private final Id id;
        private Rows.Blob row;

        Blob(Vault vault, Id id, Rows.Blob row) {
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
}

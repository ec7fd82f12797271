package org.merpati.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;
import org.merpati.vault.BlobRef;
import org.merpati.vault.Vault;

/** A recipient's own header lines and a blob, whose pieces are read and checked one at a time. */
final class StoredBody implements Body {
    private final Vault vault;
    private final byte[] prefix;
    private final Rows.Blob blob;

    StoredBody(Vault vault, byte[] prefix, Rows.Blob blob) {
        this.vault = vault;
        this.prefix = prefix;
        this.blob = blob;
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
        while (piece < blob.pieces().size() && skip >= blob.pieces().get(piece).length()) {
            skip -= blob.pieces().get(piece++).length();
        }
        PieceStream shared = new PieceStream(vault, blob, piece, skip);
        return new SequenceInputStream(Collections.enumeration(List.of(own, shared)));
    }

    /** The octets of a blob from one of its pieces on. */
    private static final class PieceStream extends InputStream {
        private final Vault vault;
        private final Rows.Blob blob;
        private int next;
        private ByteArrayInputStream now;

        PieceStream(Vault vault, Rows.Blob blob, int first, int skip) throws IOException {
            this.vault = vault;
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
                if (next >= blob.pieces().size()) {
                    return false;
                }
                BlobRef place = blob.pieces().get(next++);
                now = new ByteArrayInputStream(vault.read(place));
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
}

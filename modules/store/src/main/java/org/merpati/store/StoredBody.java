package org.merpati.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;

/** A recipient's own header lines and a blob, whose pieces are read and checked one at a time. */
final class StoredBody implements Body {
    private final StoredBlob blob;
    private final byte[] prefix;

    StoredBody(StoredBlob blob, byte[] prefix) {
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
        private final StoredBlob blob;
        private int next;
        private ByteArrayInputStream now;

        PieceStream(StoredBlob blob, int first, int skip) throws IOException {
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
}

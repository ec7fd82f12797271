package org.merpati.vault;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first octets of a stream. */
final class Limited extends FilterInputStream {
    private long left;

    Limited(InputStream in, long length) {
        super(in);
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        if (left <= 0) {
            return -1;
        }
        int octet = super.read();
        left -= octet < 0 ? 0 : 1;
        return octet;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (left <= 0) {
            return length == 0 ? 0 : -1;
        }
        int count = super.read(to, offset, (int) Math.min(length, left));
        left -= Math.max(0, count);
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = super.skip(Math.min(count, left));
        left -= skipped;
        return skipped;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(super.available(), left);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

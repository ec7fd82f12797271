package org.merpati.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import javax.net.ssl.SSLContext;

/** A connection whose octets are compressed both ways, without a header (RFC 1951). */
public final class Deflated implements Connection {
    private static final int CHUNK = 4 * 1024;

    private final Connection plain;
    private final Inflater inflater = new Inflater(true);
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final InputStream in;
    private final OutputStream out;

    /** Compresses from here on. */
    public Deflated(Connection plain) {
        this.plain = plain;
        this.in = new InflaterInputStream(plain.in(), inflater, CHUNK);
        this.out = new Compressing(plain.out(), deflater);
    }

    /** Compresses, and says nothing where there is nothing to say: an empty flush would send an empty block. */
    private static final class Compressing extends DeflaterOutputStream {
        private boolean written;

        Compressing(OutputStream to, Deflater deflater) {
            super(to, deflater, CHUNK, true);
        }

        @Override
        public void write(byte[] octets, int at, int length) throws IOException {
            super.write(octets, at, length);
            written |= length > 0;
        }

        @Override
        public void flush() throws IOException {
            if (written) {
                written = false;
                super.flush();
            }
        }
    }

    /** Gives the memory of the compression back, which is not on the heap; nothing is read or written after it. */
    public void end() {
        inflater.end();
        deflater.end();
    }

    @Override
    public String name() {
        return plain.name();
    }

    @Override
    public InetSocketAddress remote() {
        return plain.remote();
    }

    @Override
    public InetSocketAddress local() {
        return plain.local();
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public OutputStream out() {
        return out;
    }

    @Override
    public boolean secure() {
        return plain.secure();
    }

    @Override
    public Optional<X509Certificate> peerCertificate() {
        return plain.peerCertificate();
    }

    @Override
    public void startTls(SSLContext context) throws IOException {
        throw new IOException("TLS does not begin inside a compressed connection");
    }

    @Override
    public void idleTimeout(Duration limit) {
        plain.idleTimeout(limit);
    }

    @Override
    public boolean open() {
        return plain.open();
    }

    @Override
    public void close() {
        plain.close();
    }
}

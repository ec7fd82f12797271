package org.merpati.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.filter.ssl.SslFilter;
import org.apache.mina.transport.socket.nio.NioSession;

/** A connection over a MINA session. */
final class MinaConnection implements Connection, ReceiveBuffer.Valve {
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final int RECEIVE_LIMIT = 128 * 1024;
    private static final long WRITE_LIMIT_MILLIS = 300_000;
    /** How long a peer that connected may take for its handshake. */
    static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(20);

    private final String name;
    private final IoSession session;
    private final ReceiveBuffer in = new ReceiveBuffer(this, RECEIVE_LIMIT);
    private final SendBuffer out;
    private final CompletableFuture<Boolean> secured = new CompletableFuture<>();
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private volatile boolean secure;

    MinaConnection(String prefix, IoSession session) {
        this.name = prefix + "-" + NUMBERS.incrementAndGet();
        this.session = session;
        this.out = new SendBuffer(session, WRITE_LIMIT_MILLIS);
        this.remote = (InetSocketAddress) session.getRemoteAddress();
        this.local = (InetSocketAddress) session.getLocalAddress();
    }

    void received(IoBuffer octets) {
        byte[] copy = new byte[octets.remaining()];
        octets.get(copy);
        in.feed(copy);
    }

    void handshakeDone() {
        secure = true;
        secured.complete(true);
    }

    void ended(Throwable why) {
        IOException failure = why instanceof IOException e ? e : new IOException(why);
        in.end(failure);
        secured.completeExceptionally(failure);
    }

    void ended() {
        in.end(null);
        secured.completeExceptionally(new IOException("the peer went away during the TLS handshake"));
    }

    /** Ends the wait of a reader that has waited for too long. */
    void expire(long nanos) {
        in.expire(nanos);
    }

    /** Waits for the end of a handshake that begins with the connection. */
    void awaitHandshake(Duration limit) throws IOException {
        try {
            secured.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during the TLS handshake", stop);
        } catch (ExecutionException failed) {
            session.closeNow();
            throw new IOException("TLS handshake with " + remote + " failed: " + cause(failed), failed);
        } catch (TimeoutException late) {
            session.closeNow();
            throw new IOException("TLS handshake with " + remote + " took over " + limit.toMillis() + " ms", late);
        }
    }

    private static String cause(ExecutionException failed) {
        Throwable cause = failed.getCause();
        return cause == null ? failed.toString() : String.valueOf(cause.getMessage());
    }

    @Override
    public void startTls(SSLContext context) throws IOException {
        if (secure) {
            throw new IOException("TLS is on already");
        }
        session.suspendRead();
        out.flushAndWait();
        in.drop();
        session.getFilterChain().addLast(Network.TLS, Network.filter(context));
        session.resumeRead();
        awaitHandshake(HANDSHAKE_LIMIT);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return local;
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
        return secure;
    }

    @Override
    public Optional<X509Certificate> peerCertificate() {
        if (session.getAttribute(SslFilter.SSL_SECURED) instanceof SSLSession tls) {
            try {
                return Optional.of((X509Certificate) tls.getPeerCertificates()[0]);
            } catch (SSLPeerUnverifiedException none) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    @Override
    public void idleTimeout(Duration limit) {
        in.idleTimeout(limit);
    }

    @Override
    public boolean open() {
        return session.isConnected() && !session.isClosing();
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException gone) {
            // The peer is gone: there is nobody left to tell.
        }
        session.closeOnFlush();
        in.end(null);
    }

    /** Closes at once, dropping what is unsent. */
    void abort() {
        session.closeNow();
        in.end(null);
    }

    @Override
    public void stop() {
        session.suspendRead();
    }

    @Override
    public void goOn() {
        resume();
    }

    /** MINA tells a sleeping I/O thread nothing of a resumed session: an empty flush wakes it. */
    private void resume() {
        session.resumeRead();
        if (session instanceof NioSession nio) {
            nio.getProcessor().flush(nio);
        }
    }

    @Override
    public String toString() {
        return name + " " + remote;
    }
}

package org.merpati.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.future.WriteFuture;
import org.apache.mina.core.session.IoSession;

/** Octets to the peer: gathered until a flush, sent by the I/O thread; a writer waits while too much is unsent. */
final class SendBuffer extends OutputStream {
    private static final int CHUNK = 16 * 1024;
    /** Chunks on their way; MINA's TLS refuses more than 64. */
    private static final int UNSENT_LIMIT = 24;

    private static final long SLICE_MILLIS = 250;
    private static final byte[] EMPTY = {};

    private final IoSession session;
    private final long writeLimitMillis;
    private final ArrayDeque<WriteFuture> unsent = new ArrayDeque<>();
    private byte[] buffer = EMPTY;
    private int size;
    private boolean closed;

    SendBuffer(IoSession session, long writeLimitMillis) {
        this.session = session;
        this.writeLimitMillis = writeLimitMillis;
    }

    @Override
    public synchronized void write(int octet) throws IOException {
        room(1);
        buffer[size++] = (byte) octet;
    }

    @Override
    public synchronized void write(byte[] octets, int at, int length) throws IOException {
        int done = 0;
        while (done < length) {
            room(1);
            int part = Math.min(length - done, buffer.length - size);
            System.arraycopy(octets, at + done, buffer, size, part);
            size += part;
            done += part;
        }
    }

    private void room(int wanted) throws IOException {
        if (buffer.length - size < wanted) {
            if (buffer.length < CHUNK) {
                buffer = Arrays.copyOf(buffer, Math.max(512, Math.min(CHUNK, buffer.length * 4)));
            } else {
                send();
            }
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        if (size > 0) {
            send();
        }
    }

    /** Sends what is gathered, and nothing any more. */
    @Override
    public synchronized void close() throws IOException {
        try {
            flush();
        } finally {
            closed = true;
        }
    }

    /** Sends what is gathered and waits until everything has left for the peer. */
    synchronized void flushAndWait() throws IOException {
        flush();
        while (!unsent.isEmpty()) {
            await(unsent.removeFirst());
        }
    }

    private void send() throws IOException {
        if (closed || !session.isConnected()) {
            throw new IOException(closed ? "the connection is closed" : "the peer is gone");
        }
        IoBuffer full = IoBuffer.wrap(buffer, 0, size);
        buffer = EMPTY;
        size = 0;
        unsent.addLast(session.write(full));
        while (!unsent.isEmpty()
                && (unsent.size() > UNSENT_LIMIT || unsent.peekFirst().isDone())) {
            await(unsent.removeFirst());
        }
    }

    /** Waits in slices: MINA never completes the write that was under way when a connection broke. */
    private void await(WriteFuture sent) throws IOException {
        for (long waited = 0; !sent.awaitUninterruptibly(SLICE_MILLIS); waited += SLICE_MILLIS) {
            if (!session.isConnected()) {
                throw new IOException("the peer is gone");
            }
            if (waited >= writeLimitMillis) {
                session.closeNow();
                throw new IOException("the peer has not read for " + writeLimitMillis / 1000 + " s");
            }
        }
        if (!sent.isWritten()) {
            throw new IOException("the peer is gone", sent.getException());
        }
    }
}

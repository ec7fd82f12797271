package org.merpati.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Octets between the I/O thread that receives them and the virtual thread that reads them. */
final class ReceiveBuffer extends InputStream {
    /** Tells the socket to stop or go on receiving, so that a slow reader bounds memory. */
    interface Valve {
        void stop();

        void goOn();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private final Valve valve;
    private final int limit;
    private int offset;
    private int size;
    private boolean ended;
    private boolean stopped;
    private @Nullable IOException failure;
    private boolean expired;
    private volatile long idleNanos;
    /** When the reader began to wait; 0 while none waits. */
    private volatile long waitsSince;

    ReceiveBuffer(Valve valve, int limit) {
        this.valve = valve;
        this.limit = limit;
    }

    void idleTimeout(Duration idle) {
        idleNanos = idle.toNanos();
    }

    /** Ends the wait of a reader whose limit has passed. */
    void expire(long now) {
        long since = waitsSince;
        long limit = idleNanos;
        if (since != 0 && limit != 0 && now - since >= limit) {
            lock.lock();
            try {
                expired = waitsSince == since;
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Takes what was received. */
    void feed(byte[] octets) {
        lock.lock();
        try {
            chunks.add(octets);
            size += octets.length;
            if (size >= limit && !stopped) {
                stopped = true;
                valve.stop();
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No more will come: the peer closed, or the connection broke. */
    void end(@Nullable IOException why) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = why;
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what has been received and not read. */
    void drop() {
        lock.lock();
        try {
            chunks.clear();
            offset = 0;
            size = 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            if (!await()) {
                return -1;
            }
            int done = 0;
            while (done < length && !chunks.isEmpty()) {
                byte[] head = chunks.peekFirst();
                int part = Math.min(length - done, head.length - offset);
                System.arraycopy(head, offset, into, at + done, part);
                done += part;
                offset += part;
                if (offset == head.length) {
                    chunks.removeFirst();
                    offset = 0;
                }
            }
            size -= done;
            if (stopped && !ended && size < limit / 2) {
                stopped = false;
                valve.goOn();
            }
            return done;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for octets; false at the end. The lock is held. */
    private boolean await() throws IOException {
        while (chunks.isEmpty()) {
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
            if (ended) {
                return false;
            }
            waitsSince = System.nanoTime() | 1;
            expired = false;
            try {
                arrived.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for the peer");
            } finally {
                waitsSince = 0;
            }
            if (expired && chunks.isEmpty() && !ended) {
                throw new SocketTimeoutException("nothing received in " + Duration.ofNanos(idleNanos));
            }
        }
        return true;
    }

    @Override
    public int available() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }
}

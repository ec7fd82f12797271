package org.merpati.dev.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A channel of a file on the faulty disk: what it reads is real, what it writes meets the faults first. */
final class DiskChannel extends FileChannel {
    /** What a channel was opened on. */
    record Opened(
            Path path,
            long inode,
            long instant,
            boolean append,
            @Nullable Content content) {}

    private static final int COPY = 1 << 16;

    private final FileChannel real;
    private final Opened opened;
    private final DiskProvider disk;
    private final Object lock = new Object();
    private final AtomicLong pretended = new AtomicLong();

    DiskChannel(FileChannel real, Opened opened, DiskProvider disk) {
        this.real = real;
        this.opened = opened;
        this.disk = disk;
    }

    private boolean frozen() {
        return disk.faults().frozen(opened.path(), opened.instant());
    }

    private Object guard() {
        return opened.content() == null ? lock : opened.content();
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        synchronized (guard()) {
            long at = opened.append() ? real.size() : real.position();
            if (frozen()) {
                int count = pretend(source, at);
                real.position(opened.append() ? real.position() : at + count);
                return count;
            }
            prepare(at, source.remaining());
            return real.write(source);
        }
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        synchronized (guard()) {
            if (frozen()) {
                return pretend(source, position);
            }
            prepare(position, source.remaining());
            return real.write(source, position);
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = 0;
        for (int k = offset; k < offset + length; k++) {
            while (sources[k].hasRemaining()) {
                count += write(sources[k]);
            }
        }
        return count;
    }

    private int pretend(ByteBuffer source, long at) {
        int count = source.remaining();
        source.position(source.limit());
        pretended.accumulateAndGet(at + count, Math::max);
        return count;
    }

    private void prepare(long at, int length) throws IOException {
        disk.faults().beforeWrite(opened.path());
        if (opened.content() != null) {
            opened.content().beforeWrite(at, length);
        }
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        synchronized (guard()) {
            if (frozen()) {
                real.position(Math.min(real.position(), size));
                pretended.set(0);
                return this;
            }
            if (opened.content() != null && size < real.size()) {
                opened.content().beforeTruncate(size);
            }
            real.truncate(size);
            return this;
        }
    }

    @Override
    public void force(boolean metadata) throws IOException {
        if (frozen()) {
            throw new IOException("the disk is frozen: nothing can be made durable in " + opened.path());
        }
        disk.force(opened, real, metadata);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
        long done = 0;
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY, Math.max(1, count)));
        while (done < count) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
            if (source.read(buffer) <= 0) {
                break;
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                done += write(buffer, position + done);
            }
        }
        return done;
    }

    /** Reads only: what is written through a mapping would meet no fault. */
    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        if (mode.equals(MapMode.READ_WRITE)) {
            throw new UnsupportedOperationException("no fault catches writes through a mapping of " + opened.path());
        }
        return real.map(mode, position, size);
    }

    /** Reads only, as {@link #map(MapMode, long, long)}. */
    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
        if (mode.equals(MapMode.READ_WRITE)) {
            throw new UnsupportedOperationException("no fault catches writes through a mapping of " + opened.path());
        }
        return real.map(mode, offset, size, arena);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return real.read(targets, offset, length);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return real.read(target, position);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return Math.max(real.size(), pretended.get());
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return real.transferTo(position, count, target);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return real.lock(position, size, shared);
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        try {
            real.close();
        } finally {
            if (opened.content() != null) {
                disk.close(opened.content());
            }
        }
    }
}

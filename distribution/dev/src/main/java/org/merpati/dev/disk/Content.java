package org.merpati.dev.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a file held when it was last synced: its length then, and the octets that were overwritten or cut off since, in
 * a record of its own. A link beside the record holds the file, whatever its names become. Guarded by itself.
 */
final class Content {
    private static final String RECORD = "content-";
    private static final String LINK = "inode-";
    private static final int BLOCK = 1 << 20;

    private final RealDisk disk;
    private final Path record;
    private final Path link;
    private @Nullable FileChannel out;
    private long synced = -1;
    private long end;
    private int users;
    private boolean lost;
    private boolean gone;

    /** Takes up what an earlier process left for the file, or begins anew. */
    Content(RealDisk disk, Path side, long inode, Path file) throws IOException {
        this.disk = disk;
        this.record = side.resolve(RECORD + inode);
        this.link = side.resolve(LINK + inode);
        if (disk.exists(record)) {
            byte[] octets = disk.read(record);
            synced = octets.length < Long.BYTES ? -1 : ByteBuffer.wrap(octets).getLong();
            end = octets.length < Long.BYTES ? 0 : finished(octets);
        }
        if (!disk.exists(link)) {
            disk.provider().createLink(link, file);
        }
    }

    /** Where the last finished block of a record ends. */
    private static int finished(byte[] octets) {
        ByteBuffer in = ByteBuffer.wrap(octets).position(Long.BYTES);
        int end = in.position();
        while (in.remaining() >= Long.BYTES + Integer.BYTES) {
            in.getLong();
            int length = in.getInt();
            if (length > in.remaining()) {
                break;
            }
            end = in.position(in.position() + length).position();
        }
        return end;
    }

    static boolean isRecord(String name) {
        return name.startsWith(RECORD);
    }

    /** Gives a file the content back that its record says; returns whether anything was to be given back. */
    static boolean restore(RealDisk disk, Path record) throws IOException {
        Path link = record.resolveSibling(
                LINK + String.valueOf(record.getFileName()).substring(RECORD.length()));
        byte[] octets = disk.read(record);
        if (octets.length < Long.BYTES || !disk.exists(link)) {
            return false;
        }
        long length = ByteBuffer.wrap(octets).getLong();
        java.util.ArrayDeque<ByteBuffer> blocks = new java.util.ArrayDeque<>();
        ByteBuffer in = ByteBuffer.wrap(octets, 0, finished(octets)).position(Long.BYTES);
        while (in.hasRemaining()) {
            int size = Long.BYTES + Integer.BYTES + in.getInt(in.position() + Long.BYTES);
            blocks.push(in.slice(in.position(), size));
            in.position(in.position() + size);
        }
        try (FileChannel file = disk.provider().newFileChannel(link, Set.of(StandardOpenOption.WRITE))) {
            for (ByteBuffer block : blocks) {
                file.position(block.getLong());
                block.getInt();
                RealDisk.writeFully(file, block);
            }
            if (file.size() > length) {
                file.truncate(length);
            }
        }
        return true;
    }

    void use() {
        users++;
    }

    /** Ends a use; returns whether nobody needs this any more. */
    synchronized boolean release() throws IOException {
        users--;
        if (users == 0 && synced < 0 && !gone) {
            forget();
            return true;
        }
        return gone;
    }

    /** Keeps what a write at that place is about to change. */
    synchronized void beforeWrite(long position, long length) throws IOException {
        keep(position, position + length);
    }

    /** Keeps what a cut to that length is about to take away. */
    synchronized void beforeTruncate(long length) throws IOException {
        keep(length, Long.MAX_VALUE);
    }

    private void keep(long from, long to) throws IOException {
        if (gone || (synced >= 0 && from >= synced)) {
            return;
        }
        FileChannel kept = channel();
        try (FileChannel file = disk.provider().newFileChannel(link, Set.of(StandardOpenOption.READ))) {
            if (synced < 0) {
                synced = file.size();
                kept.write(ByteBuffer.allocate(Long.BYTES).putLong(synced).flip(), 0);
                end = Long.BYTES;
            }
            long last = Math.min(to, Math.min(synced, file.size()));
            for (long at = from; at < last; at += BLOCK) {
                byte[] old = RealDisk.read(file, at, (int) Math.min(BLOCK, last - at));
                ByteBuffer block = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + old.length);
                block.putLong(at).putInt(old.length).put(old).flip();
                end += kept.write(block, end);
            }
        }
    }

    private FileChannel channel() throws IOException {
        FileChannel open = out;
        if (open == null || !open.isOpen()) {
            open = disk.provider().newFileChannel(record, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
            out = open;
        }
        return open;
    }

    /** The file was synced: what it holds now is what a power cut leaves. */
    synchronized void durable() throws IOException {
        if (synced >= 0 && !lost && !gone) {
            channel().truncate(0);
            synced = -1;
            end = 0;
        }
    }

    /** A sync failed: as on a real disk, no later one brings back what was written until now. */
    synchronized void lose() {
        lost = true;
    }

    /** Drops the record: no power cut can bring the file back. */
    synchronized void forget() throws IOException {
        gone = true;
        if (out != null) {
            out.close();
        }
        disk.provider().deleteIfExists(record);
        disk.provider().deleteIfExists(link);
    }
}

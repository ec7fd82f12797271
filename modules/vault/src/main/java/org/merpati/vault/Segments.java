package org.merpati.vault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Sha256;
import org.merpati.vault.Manifest.SegmentEntry;

/**
 * The files that blobs are appended to, one after the other. A blob is a header (magic, length, CRC32C of the blob,
 * CRC32C of the header) and its octets. One thread appends.
 */
final class Segments implements AutoCloseable {
    static final int HEADER = 16;
    private static final int FILE_MAGIC = 0x4d505653;
    private static final int BLOB_MAGIC = 0x4d50424c;

    private final Path folder;
    private final VaultIdentity identity;
    private final long segmentBytes;
    private final List<SegmentEntry> sealed = new ArrayList<>();
    private final List<Path> unforced = new ArrayList<>();
    private int number;
    private @Nullable FileChannel channel;
    private MessageDigest digest = Sha256.begin();
    private long length;
    private long appended;

    private Segments(Path folder, VaultIdentity identity, long segmentBytes) {
        this.folder = folder;
        this.identity = identity;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Opens the segments of a manifest and cuts the unsealed one to the length that it names.
     *
     * @throws Corrupt if the unsealed one is not what the manifest says
     */
    static Segments open(Path folder, VaultIdentity identity, long segmentBytes, List<SegmentEntry> entries)
            throws IOException {
        Segments segments = new Segments(folder, identity, segmentBytes);
        for (SegmentEntry entry : entries) {
            segments.number = entry.number();
            if (entry.sealed()) {
                segments.sealed.add(entry);
            } else {
                segments.reopen(entry.file());
            }
        }
        return segments;
    }

    private void reopen(FileEntry entry) throws IOException {
        Path file = folder.resolve(entry.name());
        digest = Disk.digest(file, entry.length());
        if (!Disk.hex(copy(digest)).equals(entry.sha256())) {
            throw new Corrupt(file, 0, "its first " + entry.length() + " octets do not have the manifest's digest");
        }
        Disk.cut(file, entry.length());
        length = entry.length();
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
        channel.position(length);
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException missing) {
            throw new IllegalStateException("this Java's SHA-256 cannot be copied", missing);
        }
    }

    BlobRef append(byte[] blob) throws IOException {
        if (channel != null && length + HEADER + blob.length > segmentBytes) {
            seal(channel);
        }
        FileChannel to = channel == null ? begin() : channel;
        ByteBuffer octets = ByteBuffer.allocate(HEADER + blob.length);
        octets.putInt(BLOB_MAGIC).putInt(blob.length).putInt(Disk.crc(blob, 0, blob.length));
        octets.putInt(Disk.crc(octets.array(), 0, HEADER - 4)).put(blob).flip();
        BlobRef ref = new BlobRef(number, length, blob.length);
        write(to, octets);
        return ref;
    }

    private void write(FileChannel to, ByteBuffer octets) throws IOException {
        digest.update(octets.duplicate());
        length += octets.capacity();
        appended += octets.capacity();
        Disk.writeFully(to, octets);
    }

    private FileChannel begin() throws IOException {
        number++;
        length = 0;
        digest = Sha256.begin();
        FileChannel to = FileChannel.open(
                folder.resolve(Manifest.segmentName(number)),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        channel = to;
        write(to, ByteBuffer.wrap(identity.header(FILE_MAGIC)));
        return to;
    }

    /**
     * Leaves a sealed segment out of the manifests to come. The newest stays, so that numbers are never used again.
     *
     * @return false if there is no such segment to be left out
     */
    boolean drop(int segment) {
        return segment < number && sealed.removeIf(entry -> entry.number() == segment);
    }

    private void seal(FileChannel open) throws IOException {
        sealed.add(new SegmentEntry(number, true, entry()));
        unforced.add(folder.resolve(Manifest.segmentName(number)));
        open.close();
        channel = null;
    }

    private FileEntry entry() {
        return new FileEntry(Manifest.segmentName(number), length, Disk.hex(copy(digest)));
    }

    /** What was appended since {@link #freeze}, in octets. */
    long appended() {
        return appended;
    }

    /** The segments as they are now; the files to fsync before a manifest may name them are added to the list. */
    List<SegmentEntry> freeze(List<Path> toForce) {
        List<SegmentEntry> entries = new ArrayList<>(sealed);
        toForce.addAll(unforced);
        unforced.clear();
        if (channel != null) {
            entries.add(new SegmentEntry(number, false, entry()));
            if (appended > 0) {
                toForce.add(folder.resolve(Manifest.segmentName(number)));
            }
        }
        appended = 0;
        return entries;
    }

    /**
     * Reads a blob.
     *
     * @throws Corrupt if it is not what was appended
     */
    static byte[] read(Path folder, BlobRef ref) throws IOException {
        Path file = folder.resolve(Manifest.segmentName(ref.segment()));
        byte[] octets = Disk.read(file, ref.offset(), HEADER + ref.length());
        ByteBuffer header = ByteBuffer.wrap(octets);
        if (header.getInt(0) != BLOB_MAGIC
                || header.getInt(4) != ref.length()
                || header.getInt(12) != Disk.crc(octets, 0, HEADER - 4)) {
            throw new Corrupt(file, ref.offset(), "no blob of " + ref.length() + " octets begins there");
        }
        if (header.getInt(8) != Disk.crc(octets, HEADER, ref.length())) {
            throw new Corrupt(file, ref.offset(), "the checksum of a blob of " + ref.length() + " octets is wrong");
        }
        return Arrays.copyOfRange(octets, HEADER, octets.length);
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}

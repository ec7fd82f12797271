package org.merpati.mta;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.merpati.journal.StateMachine;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailId;
import org.merpati.kernel.TryLater;
import org.merpati.vault.BlobRef;
import org.merpati.vault.FileEntry;
import org.merpati.vault.Install;
import org.merpati.vault.Pin;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/**
 * A spool on one copy: rows of open entries, of chunks that wait for their message, and of entries that are done, kept
 * for a while as a trace.
 */
public final class SpoolState implements StateMachine {
    private static final byte ENTRY = 'E';
    private static final byte CHUNK = 'C';
    private static final byte TRACE = 'T';
    /** How long chunks wait for their message. */
    private static final long UPLOAD_MILLIS = 3_600_000L;
    /** How long a message that is done can be traced. */
    private static final long TRACE_MILLIS = 3 * 86_400_000L;
    private static final byte[] DONE = "done".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MISSING = "missing".getBytes(StandardCharsets.US_ASCII);

    private final Vault vault;
    private volatile Consumer<Spooled> changed = entry -> {};
    private volatile Runnable checkpointAsked = () -> {};

    private SpoolState(Vault vault) {
        this.vault = vault;
    }

    /**
     * Opens a spool's folder.
     *
     * @throws IOException if the disk fails or a file is damaged
     */
    public static SpoolState open(Path folder, VaultIdentity identity, VaultLimits limits) throws IOException {
        return new SpoolState(Vault.open(folder, identity, limits));
    }

    /** Who is told of each entry that is new or further, on the applying thread. */
    void onChange(Consumer<Spooled> listener) {
        changed = listener;
    }

    /** Who is told that the journal wants a checkpoint. */
    void onCheckpointAsked(Runnable listener) {
        checkpointAsked = listener;
    }

    static boolean done(byte[] answer) {
        return java.util.Arrays.equals(answer, DONE);
    }

    private static byte[] key(byte kind, Id id) {
        return new BinaryWriter(32).u8(kind).id(id).toByteArray();
    }

    private static byte[] chunkKey(Id upload, int number) {
        return new BinaryWriter(32).u8(CHUNK).id(upload).i32(number).toByteArray();
    }

    private static byte[] behind(byte kind) {
        return new byte[] {(byte) (kind + 1)};
    }

    @Override
    public long checkpointed() {
        return vault.checkpointed();
    }

    @Override
    public byte[] apply(long index, long millis, byte[] octets) {
        SpoolCommand command = SpoolCommand.decode(octets);
        try {
            Optional<Spooled> touched = switch (command) {
                case SpoolCommand.Accept c -> accept(c, millis);
                case SpoolCommand.Chunk c -> {
                    BlobRef ref = vault.append(c.octets());
                    BinaryWriter row = new BinaryWriter(32).i64(millis);
                    ref.write(row);
                    vault.put(chunkKey(c.upload(), c.number()), row.toByteArray());
                    yield Optional.empty();
                }
                case SpoolCommand.Update c -> update(c, millis);
                case SpoolCommand.Expire _ -> {
                    expire(CHUNK, millis - UPLOAD_MILLIS);
                    expire(TRACE, millis - TRACE_MILLIS);
                    yield Optional.empty();
                }
                case SpoolCommand.Flush _ -> {
                    vault.flushAtEntry();
                    yield Optional.empty();
                }
            };
            vault.publish();
            touched.ifPresent(changed);
            boolean wanted = command instanceof SpoolCommand.Accept || command instanceof SpoolCommand.Update;
            return wanted && touched.isEmpty() ? MISSING : DONE;
        } catch (IOException failed) {
            throw new UncheckedIOException("the disk failed under entry " + index + " of " + vault.identity().group(), failed);
        }
    }

    /** An upload that lacks a chunk makes nothing: the caller is told. A mail id that is known is not taken twice. */
    private Optional<Spooled> accept(SpoolCommand.Accept c, long millis) throws IOException {
        byte[] key = key(ENTRY, c.entry().mail().value());
        byte[] there = vault.get(key);
        if (there != null) {
            return Optional.of(Spooled.decode(new BinaryReader(there)));
        }
        List<BlobRef> body = new ArrayList<>();
        if (c.upload().equals(SpoolCommand.NONE)) {
            body.add(vault.append(c.body()));
        }
        for (int n = 0; n < c.chunks(); n++) {
            byte[] chunk = vault.get(chunkKey(c.upload(), n));
            if (chunk == null) {
                return Optional.empty();
            }
            body.add(BlobRef.read(new BinaryReader(chunk).skip(Long.BYTES)));
        }
        for (int n = 0; n < c.chunks(); n++) {
            vault.delete(chunkKey(c.upload(), n));
        }
        Spooled entry = c.entry().with(millis, body);
        vault.put(key, entry.encode());
        return Optional.of(entry);
    }

    private Optional<Spooled> update(SpoolCommand.Update c, long millis) throws IOException {
        byte[] key = key(ENTRY, c.mail().value());
        byte[] there = vault.get(key);
        if (there == null) {
            return Optional.empty();
        }
        Spooled after = Spooled.decode(new BinaryReader(there)).with(c.recipients());
        if (after.settled()) {
            vault.delete(key);
            byte[] row = after.encode();
            vault.put(
                    key(TRACE, c.mail().value()),
                    new BinaryWriter(row.length + 8).i64(millis).raw(row, 0, row.length).toByteArray());
        } else {
            vault.put(key, after.encode());
        }
        return Optional.of(after);
    }

    private void expire(byte kind, long before) throws IOException {
        List<byte[]> old = new ArrayList<>();
        vault.scan(new byte[] {kind}, behind(kind), (key, value) -> {
            if (new BinaryReader(value).i64() < before) {
                old.add(key);
            }
            return true;
        });
        for (byte[] key : old) {
            vault.delete(key);
        }
    }

    @Override
    public void entryApplied(long index) {
        try {
            vault.entryApplied(index);
        } catch (IOException failed) {
            throw new UncheckedIOException("the disk failed behind entry " + index, failed);
        }
    }

    @Override
    public long checkpoint() {
        checkpointAsked.run();
        return vault.checkpointed();
    }

    /** The entries with something left to do. */
    List<Spooled> open() {
        List<Spooled> entries = new ArrayList<>();
        try (Snapshot rows = vault.snapshot()) {
            rows.scan(new byte[] {ENTRY}, behind(ENTRY), (key, value) -> {
                entries.add(Spooled.decode(new BinaryReader(value)));
                return true;
            });
        } catch (IOException failed) {
            throw new TryLater("the spool could not be read: " + failed.getMessage());
        }
        return entries;
    }

    /** An entry, open or done. */
    Optional<Spooled> find(MailId mail) {
        try (Snapshot rows = vault.snapshot()) {
            byte[] open = rows.get(key(ENTRY, mail.value()));
            if (open != null) {
                return Optional.of(Spooled.decode(new BinaryReader(open)));
            }
            byte[] trace = rows.get(key(TRACE, mail.value()));
            return trace == null
                    ? Optional.empty()
                    : Optional.of(Spooled.decode(new BinaryReader(trace).skip(Long.BYTES)));
        } catch (IOException failed) {
            throw new TryLater("the spool could not be read: " + failed.getMessage());
        }
    }

    /** A part of a body; its checksum is compared. */
    byte[] read(BlobRef ref) throws IOException {
        return vault.read(ref);
    }

    @Override
    public Pinned pin() {
        Pin pin = vault.pin();
        return new Pinned() {
            @Override
            public long index() {
                return pin.index();
            }

            @Override
            public List<CheckpointFile> files() {
                return pin.files().stream()
                        .map(file -> new CheckpointFile(file.name(), file.length(), file.sha256()))
                        .toList();
            }

            @Override
            public InputStream open(String name) throws IOException {
                return pin.open(name);
            }

            @Override
            public void close() {
                pin.close();
            }
        };
    }

    @Override
    public Installation install(long index, List<CheckpointFile> files) throws IOException {
        return new Installing(
                vault.install(index, files.stream().map(SpoolState::entry).toList()));
    }

    private static FileEntry entry(CheckpointFile file) {
        return new FileEntry(file.name(), file.length(), file.sha256());
    }

    /** An installation under a spool. */
    private record Installing(Install install) implements Installation {
        @Override
        public boolean has(CheckpointFile file) {
            try {
                return install.has(entry(file));
            } catch (IOException unreadable) {
                return false;
            }
        }

        @Override
        public void put(CheckpointFile file, InputStream content) throws IOException {
            install.put(entry(file), content);
        }

        @Override
        public void commit() throws IOException {
            install.commit();
        }

        @Override
        public void close() {
            try {
                install.close();
            } catch (IOException left) {
                throw new UncheckedIOException("files of an installation could not be dropped", left);
            }
        }
    }

    @Override
    public void close() {
        try {
            vault.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("the spool could not be closed", failed);
        }
    }
}

package org.merpati.mta;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.merpati.journal.StateMachine;
import org.merpati.journal.vaulted.VaultCheckpoints;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.TryLater;
import org.merpati.vault.Snapshot;
import org.merpati.vault.Vault;
import org.merpati.vault.VaultIdentity;
import org.merpati.vault.VaultLimits;

/**
 * A spool on one copy: what its log built, in a vault. Bodies are rows, not blobs: most mails leave before the rows
 * are ever flushed, and what was flushed goes when tables are merged.
 */
public final class SpoolState implements StateMachine {
    private static final int EXPIRED_AT_ONCE = 1000;
    private static final byte[] DONE = {0};
    /** The answer to an Accept after {@link SpoolCommand.Shut}. */
    static final byte[] REFUSED = {2};

    private final Vault vault;
    private volatile Runnable checkpointAsked = () -> {};

    private SpoolState(Vault vault) {
        this.vault = vault;
    }

    /**
     * Opens a spool's folder.
     *
     * @throws IOException if the disk fails
     * @throws org.merpati.kernel.Refused if the folder belongs to another cluster or group, or to another format
     */
    public static SpoolState open(Path folder, VaultIdentity identity, VaultLimits limits) throws IOException {
        return new SpoolState(Vault.open(folder, identity, limits));
    }

    GroupName group() {
        return vault.identity().group();
    }

    /** Who is told that the journal wants a checkpoint; it may propose a Flush if it leads. */
    void onCheckpointAsked(Runnable listener) {
        checkpointAsked = listener;
    }

    @Override
    public long checkpointed() {
        return vault.checkpointed();
    }

    @Override
    public byte[] apply(long index, long millis, byte[] octets) {
        try {
            byte[] answer = apply(SpoolCodec.decode(octets), millis);
            vault.publish();
            return answer;
        } catch (IOException failed) {
            throw new UncheckedIOException("the disk failed under entry " + index + " of " + group(), failed);
        }
    }

    @Override
    public int levelOf(byte[] command) {
        return SpoolCodec.levelOf(command);
    }

    private byte[] apply(SpoolCommand command, long millis) throws IOException {
        switch (command) {
            case SpoolCommand.Accept c -> {
                return vault.get(SpoolRows.kind(SpoolRows.SHUT)) == null ? accept(c) : REFUSED;
            }
            case SpoolCommand.Chunk c -> {
                byte[] upload = SpoolRows.key(SpoolRows.UPLOAD, c.mail());
                if (vault.get(upload) == null) {
                    vault.put(upload, new BinaryWriter(8).i64(millis).toByteArray());
                }
                vault.put(SpoolRows.piece(c.mail(), c.piece()), c.octets());
            }
            case SpoolCommand.Outcomes c -> {
                for (Outcome outcome : c.outcomes()) {
                    change(outcome.mail(), entry -> entry.after(outcome, millis));
                }
                if (c.bounce().isPresent()) {
                    Spool.NewMail bounce = c.bounce().get();
                    return accept(new SpoolCommand.Accept(bounce.entry(), bounce.body(), 0));
                }
            }
            case SpoolCommand.Started c -> {
                for (int place : c.places()) {
                    change(c.mail(), entry -> entry.started(place, millis));
                }
            }
            case SpoolCommand.Hold c -> {
                return new byte[] {(byte) (change(c.mail(), entry -> entry.held(c.hold(), millis)) ? 0 : 1)};
            }
            case SpoolCommand.Expire c -> expire(millis);
            case SpoolCommand.Flush c -> vault.flushAtEntry();
            case SpoolCommand.Moved c -> {
                vault.delete(SpoolRows.key(SpoolRows.OPEN, c.mail()));
                dropBody(c.mail());
            }
            case SpoolCommand.Shut c -> vault.put(SpoolRows.kind(SpoolRows.SHUT), DONE);
        }
        return DONE;
    }

    /** 0 if the mail is here, 1 if pieces of its body are missing. */
    private byte[] accept(SpoolCommand.Accept command) throws IOException {
        MailEntry entry = command.entry();
        byte[] key = SpoolRows.key(SpoolRows.OPEN, entry.id());
        if (vault.get(key) != null || vault.get(SpoolRows.key(SpoolRows.TRACE, entry.id())) != null) {
            return DONE;
        }
        if (command.pieces() == 0) {
            vault.put(SpoolRows.piece(entry.id(), 0), command.inline());
        }
        for (int piece = 0; piece < command.pieces(); piece++) {
            if (vault.get(SpoolRows.piece(entry.id(), piece)) == null) {
                return new byte[] {1};
            }
        }
        vault.delete(SpoolRows.key(SpoolRows.UPLOAD, entry.id()));
        vault.put(key, SpoolCodec.row(entry));
        return DONE;
    }

    /** Whether no new mail is taken any more. */
    boolean shut() {
        try (Snapshot rows = vault.snapshot()) {
            return rows.get(SpoolRows.kind(SpoolRows.SHUT)) != null;
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    /** What happens to a mail. */
    private interface Change {
        MailEntry of(MailEntry entry);
    }

    private boolean change(MailId mail, Change change) throws IOException {
        byte[] key = SpoolRows.key(SpoolRows.OPEN, mail);
        byte[] row = vault.get(key);
        if (row == null) {
            return false;
        }
        MailEntry entry = change.of(SpoolCodec.row(row));
        if (entry.done()) {
            vault.delete(key);
            vault.put(SpoolRows.key(SpoolRows.TRACE, mail), SpoolCodec.row(entry));
            dropBody(mail);
        } else {
            vault.put(key, SpoolCodec.row(entry));
        }
        return true;
    }

    private void dropBody(MailId mail) throws IOException {
        for (int piece = 0; vault.get(SpoolRows.piece(mail, piece)) != null; piece++) {
            vault.delete(SpoolRows.piece(mail, piece));
        }
    }

    private void expire(long millis) throws IOException {
        List<MailId> traces = new ArrayList<>();
        vault.scan(SpoolRows.kind(SpoolRows.TRACE), SpoolRows.kind(SpoolRows.TRACE + 1), (key, row) -> {
            MailId mail = SpoolRows.mail(key);
            if (SpoolCodec.row(row).finished() < millis - Spool.TRACE_MILLIS) {
                traces.add(mail);
            }
            return traces.size() < EXPIRED_AT_ONCE && mail.value().millis() < millis - Spool.TRACE_MILLIS;
        });
        traces.forEach(mail -> vault.delete(SpoolRows.key(SpoolRows.TRACE, mail)));
        List<MailId> uploads = new ArrayList<>();
        vault.scan(SpoolRows.kind(SpoolRows.UPLOAD), SpoolRows.kind(SpoolRows.UPLOAD + 1), (key, row) -> {
            if (new BinaryReader(row).i64() < millis - Spool.UPLOAD_MILLIS) {
                uploads.add(SpoolRows.mail(key));
            }
            return uploads.size() < EXPIRED_AT_ONCE;
        });
        for (MailId mail : uploads) {
            vault.delete(SpoolRows.key(SpoolRows.UPLOAD, mail));
            dropBody(mail);
        }
    }

    @Override
    public void entryApplied(long index) {
        try {
            vault.entryApplied(index);
        } catch (IOException failed) {
            throw new UncheckedIOException("the disk failed behind entry " + index + " of " + group(), failed);
        }
    }

    /** The index of the last finished checkpoint; where one is taken follows from the log alone. */
    @Override
    public long checkpoint() {
        checkpointAsked.run();
        return vault.checkpointed();
    }

    private static TryLater unreadable(IOException failed) {
        return new TryLater("the spool could not be read: " + failed.getMessage());
    }

    List<MailEntry> open(int limit) {
        List<MailEntry> entries = new ArrayList<>();
        try (Snapshot rows = vault.snapshot()) {
            rows.scan(SpoolRows.kind(SpoolRows.OPEN), SpoolRows.kind(SpoolRows.OPEN + 1), (key, row) -> {
                entries.add(SpoolCodec.row(row));
                return entries.size() < limit;
            });
            return entries;
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    Optional<MailEntry> find(int kind, MailId mail) {
        try (Snapshot rows = vault.snapshot()) {
            return Optional.ofNullable(rows.get(SpoolRows.key(kind, mail))).map(SpoolCodec::row);
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    byte @Nullable [] piece(MailId mail, int piece) {
        try (Snapshot rows = vault.snapshot()) {
            return rows.get(SpoolRows.piece(mail, piece));
        } catch (IOException failed) {
            throw unreadable(failed);
        }
    }

    /** Waits for a checkpoint that is under way. */
    void settle() throws IOException {
        vault.finish();
    }

    /**
     * Compares everything with everything.
     *
     * @return what is wrong, a sentence each
     */
    public List<String> verify() {
        List<String> wrong = new ArrayList<>();
        for (MailEntry entry : open(Integer.MAX_VALUE)) {
            int size = 0;
            byte[] piece;
            for (int i = 0; (piece = piece(entry.id(), i)) != null; i++) {
                size += piece.length;
            }
            if (size != entry.size()) {
                wrong.add("the mail " + entry.id() + " has " + entry.size() + " octets and its body " + size);
            }
            if (entry.done()) {
                wrong.add("the mail " + entry.id() + " is finished and still open");
            }
        }
        try (Snapshot rows = vault.snapshot()) {
            rows.scan(SpoolRows.kind(SpoolRows.BODY), SpoolRows.kind(SpoolRows.BODY + 1), (key, row) -> {
                MailId mail = SpoolRows.mail(key);
                if (rows.get(SpoolRows.key(SpoolRows.OPEN, mail)) == null
                        && rows.get(SpoolRows.key(SpoolRows.UPLOAD, mail)) == null) {
                    wrong.add("a piece of the body of " + mail + " belongs to nothing");
                }
                return true;
            });
        } catch (IOException failed) {
            wrong.add("the spool cannot be read: " + failed);
        }
        wrong.addAll(vault.scrub());
        return wrong;
    }

    @Override
    public Pinned pin() {
        return VaultCheckpoints.pin(vault);
    }

    @Override
    public Installation install(long index, List<CheckpointFile> files) throws IOException {
        return VaultCheckpoints.install(vault, index, files, () -> {});
    }

    @Override
    public void onDamage(Consumer<String> listener) {
        vault.onDamage(damaged -> listener.accept(damaged.getMessage()));
    }

    @Override
    public void scrub(long octetsPerSecond) throws IOException {
        vault.scrub(octetsPerSecond);
    }

    @Override
    public void close() {
        try {
            vault.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("the vault of " + group() + " could not be closed", failed);
        }
    }
}

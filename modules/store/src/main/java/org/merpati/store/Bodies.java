package org.merpati.store;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.Octets;
import org.merpati.kernel.TryLater;
import org.merpati.store.log.Answer;
import org.merpati.store.log.Command;
import org.merpati.vault.BlobRef;

/**
 * Blobs and who refers to them: equal octets are stored once, by their SHA-256; counted, and never dropped before
 * nobody refers to them.
 */
final class Bodies {
    private static final long UPLOAD_MILLIS = 24L * 3600 * 1000;
    private static final int EXPIRE_LIMIT = 10_000;
    /** How long a blob that nothing refers to stays, for who is reading it. */
    private static final long FREE_MILLIS = 3600L * 1000;
    /** How long it is kept why a message was judged as it was. */
    static final long EXPLAINED_MILLIS = Duration.ofDays(90).toMillis();

    private final Ledger ledger;

    Bodies(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Stores a body, if the shard has not these octets already, with no references yet.
     *
     * @return where it is
     */
    Id store(Command.Content content) throws IOException {
        Id there = known(content.digest());
        if (there != null) {
            dropUpload(content);
            return there;
        }
        List<BlobRef> pieces = new ArrayList<>();
        if (content.chunks() == 0) {
            pieces.add(append(content.inline().array()));
        }
        long size = content.inline().array().length;
        for (int i = 0; i < content.chunks(); i++) {
            byte[] key = Keys.upload(content.blob(), i);
            byte[] value = ledger.get(key);
            if (value == null) {
                throw new TryLater("the message's upload is incomplete or older than a day: send it again");
            }
            pieces.add(Rows.Piece.read(value).place());
            size += pieces.getLast().length();
            ledger.delete(key);
        }
        if (size != content.size()) {
            throw new TryLater("the message's upload has " + size + " octets, not " + content.size());
        }
        put(content.blob(), new Rows.Blob(0, content.size(), ledger.millis(), pieces, content.digest()));
        if (content.digest().array().length > 0) {
            byte[] blob = new BinaryWriter(Id.BYTES).id(content.blob()).toByteArray();
            ledger.put(Keys.digest(content.digest()), blob);
        }
        return content.blob();
    }

    /** Stores a body of another shard, under the id that it has there, if it is not here yet; no references yet. */
    void take(Command.Content content) throws IOException {
        if (ledger.get(Keys.blob(content.blob())) != null) {
            dropUpload(content);
        } else {
            store(known(content.digest()) == null ? content : content.known(Octets.NONE));
        }
    }

    /** The blob that has the octets of a digest. */
    private @Nullable Id known(Octets digest) throws IOException {
        byte[] blob = digest.array().length == 0 ? null : ledger.get(Keys.digest(digest));
        return blob == null ? null : Keys.id(blob, 0);
    }

    private void dropUpload(Command.Content content) throws IOException {
        for (int i = 0; i < content.chunks(); i++) {
            byte[] key = Keys.upload(content.blob(), i);
            byte[] value = ledger.get(key);
            if (value != null) {
                ledger.count(Rows.Piece.read(value).place(), -1);
                ledger.delete(key);
            }
        }
    }

    private BlobRef append(byte[] octets) throws IOException {
        BlobRef place = ledger.vault().append(octets);
        ledger.count(place, 1);
        return place;
    }

    /** Adds to the references of a blob, or takes from them. */
    void refer(Id blob, int more) throws IOException {
        byte[] value = ledger.get(Keys.blob(blob));
        if (value == null) {
            throw new IllegalStateException("the blob " + blob + " is referred to and does not exist");
        }
        Rows.Blob row = Rows.Blob.read(value);
        int references = row.references() + more;
        if (references == 0) {
            ledger.put(Keys.free(ledger.millis(), blob), new byte[0]);
        }
        put(blob, row.with(references, references == 0 ? ledger.millis() : 0));
    }

    private void put(Id blob, Rows.Blob row) {
        ledger.put(Keys.blob(blob), row.write());
    }

    byte[] chunk(Command.Chunk chunk) throws IOException {
        byte[] key = Keys.upload(chunk.upload(), chunk.number());
        byte[] before = ledger.get(key);
        if (before != null) {
            ledger.count(Rows.Piece.read(before).place(), -1);
        }
        BlobRef place = append(chunk.octets().array());
        ledger.put(key, new Rows.Piece(ledger.millis(), place).write());
        return Answer.done().toByteArray();
    }

    /** Drops what is too old, some at a time; answers how much. */
    byte[] expire(Command.Expire command) throws IOException {
        List<byte[]> old = new ArrayList<>();
        long deliveries = ledger.millis() - Messages.DELIVERY_MILLIS;
        ledger.vault().scan(Keys.shardKind(Keys.EXPIRY), Keys.expiry(Math.max(0, deliveries)), (key, value) -> {
            old.add(key);
            byte[] delivery = ledger.get(value);
            if (delivery != null && Rows.Delivered.read(delivery).millis() < deliveries) {
                old.add(value);
            }
            return old.size() < EXPIRE_LIMIT;
        });
        ledger.scan(Keys.shardKind(Keys.UPLOAD), (key, value) -> {
            Rows.Piece piece = Rows.Piece.read(value);
            if (piece.millis() < ledger.millis() - UPLOAD_MILLIS) {
                old.add(key);
                ledger.count(piece.place(), -1);
            }
            return old.size() < 2 * EXPIRE_LIMIT;
        });
        old.forEach(ledger::delete);
        int explanations = dropExplanations(ledger.millis() - EXPLAINED_MILLIS);
        int removed = dropRemoved(ledger.millis() - command.keepMillis());
        int free = dropFree(ledger.millis() - FREE_MILLIS);
        BinaryWriter answer = Answer.done().varint(old.size() + explanations + removed + free);
        return answer.toByteArray();
    }

    /** Forgets why messages were judged as they were that came before a time; the oldest ids come first. */
    private int dropExplanations(long before) throws IOException {
        List<byte[]> old = new ArrayList<>();
        ledger.scan(Keys.shardKind(Keys.EXPLANATION), (key, value) -> {
            boolean due = Rows.Explanation.read(value).millis() < before;
            if (due) {
                old.add(key);
            }
            return due && old.size() < EXPIRE_LIMIT;
        });
        old.forEach(ledger::delete);
        return old.size();
    }

    /** Forgets messages that were removed before a time. */
    private int dropRemoved(long before) throws IOException {
        List<byte[]> removed = new ArrayList<>();
        byte[] due = Keys.removalBefore(Math.max(0, before));
        ledger.vault().scan(Keys.shardKind(Keys.REMOVAL), due, (key, value) -> {
            removed.add(Keys.removedOf(key));
            return removed.size() < EXPIRE_LIMIT;
        });
        for (byte[] key : removed) {
            byte[] value = ledger.get(key);
            if (value == null) {
                throw new IllegalStateException("a removed message is not where housekeeping looks for it");
            }
            refer(Rows.Removed.read(value).content().blob(), -1);
            ledger.forget(key);
        }
        return removed.size();
    }

    /** Drops the rows of blobs that nothing has referred to since before a time. */
    private int dropFree(long before) throws IOException {
        List<byte[]> free = new ArrayList<>();
        byte[] due = Keys.freeBefore(Math.max(0, before));
        ledger.vault().scan(Keys.shardKind(Keys.FREE), due, (key, value) -> {
            free.add(key);
            return free.size() < EXPIRE_LIMIT;
        });
        for (byte[] key : free) {
            Id blob = Keys.freeOf(key);
            byte[] value = ledger.get(Keys.blob(blob));
            Rows.Blob row = value == null ? null : Rows.Blob.read(value);
            if (row != null && row.references() == 0 && row.unused() < before) {
                for (BlobRef piece : row.pieces()) {
                    ledger.count(piece, -1);
                }
                ledger.delete(Keys.blob(blob));
                if (row.digest().array().length > 0) {
                    ledger.delete(Keys.digest(row.digest()));
                }
            }
            ledger.delete(key);
        }
        return free.size();
    }

    /** Moves what is in use out of a segment; answers whether the segment was dropped. */
    byte[] compact(Command.Compact command) throws IOException {
        for (Id blob : command.blobs()) {
            byte[] value = ledger.get(Keys.blob(blob));
            Rows.Blob row = value == null ? null : Rows.Blob.read(value);
            if (row != null && row.references() > 0) {
                List<BlobRef> pieces = new ArrayList<>();
                for (BlobRef piece : row.pieces()) {
                    pieces.add(piece.segment() == command.segment() ? moved(piece) : piece);
                }
                put(blob, row.at(pieces));
            }
        }
        boolean dropped = ledger.dropEmpty(command.segment());
        return Answer.done().flag(dropped).toByteArray();
    }

    private BlobRef moved(BlobRef piece) throws IOException {
        BlobRef place = append(ledger.vault().read(piece));
        ledger.count(piece, -1);
        return place;
    }
}

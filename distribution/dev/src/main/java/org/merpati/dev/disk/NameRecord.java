package org.merpati.dev.disk;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;

/**
 * A change of names that is not synced, as it is kept in the side folder: under its number, with what undoes it.
 *
 * @param path the name that was created or deleted, or that a rename gave
 * @param from the name that a rename took away; empty otherwise
 * @param inode the file that was deleted or renamed; 0 for one that was created
 * @param kept whether a link beside the record holds the file that was deleted or replaced
 */
record NameRecord(Kind kind, String path, String from, long inode, boolean kept) {
    enum Kind {
        CREATE,
        DELETE,
        DELETE_FOLDER,
        RENAME
    }

    byte[] octets() throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(octets)) {
            out.writeUTF(kind.name());
            out.writeUTF(path);
            out.writeUTF(from);
            out.writeLong(inode);
            out.writeBoolean(kept);
        }
        return octets.toByteArray();
    }

    /** Reads a record; nothing if it was not finished, since then its change was not begun. */
    static Optional<NameRecord> of(byte[] octets) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(octets))) {
            return Optional.of(new NameRecord(
                    Kind.valueOf(in.readUTF()), in.readUTF(), in.readUTF(), in.readLong(), in.readBoolean()));
        } catch (EOFException unfinished) {
            return Optional.empty();
        }
    }
}

package org.merpati.vault;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.Id;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;

/** Whose data a vault holds; it stands at the head of each file. */
public record VaultIdentity(Id cluster, GroupName group) {
    /** The format that this build writes, and the only one that it reads. */
    static final int FORMAT = 1;

    /** The length of a header without the group's name. */
    private static final int FIXED = 4 + 4 + Id.BYTES + 4 + 1;

    /** The octets at the head of a file: magic, format, cluster, reserved key id, group. */
    byte[] header(int magic) {
        byte[] name = group.value().getBytes(StandardCharsets.US_ASCII);
        return new BinaryWriter(FIXED + name.length)
                .i32(magic)
                .i32(FORMAT)
                .id(cluster)
                .i32(0)
                .u8(name.length)
                .raw(name, 0, name.length)
                .toByteArray();
    }

    /** The length of {@link #header} in octets. */
    int headerLength() {
        return FIXED + group.value().length();
    }

    /** Says in a sentence in what a file's head differs from what it should be. */
    static Refused mismatch(byte[] octets, int length, VaultIdentity wanted, int magic, Path file) {
        String found;
        try {
            BinaryReader reader = new BinaryReader(octets, 0, length);
            int foundMagic = reader.i32();
            int format = reader.i32();
            Id cluster = reader.id();
            int key = reader.i32();
            String group = new String(reader.raw(reader.u8()), StandardCharsets.US_ASCII);
            if (foundMagic != magic) {
                found = "is no manifest of a vault";
            } else if (format != FORMAT) {
                found = "has format version " + format + " and this program reads " + FORMAT
                        + ": run the version that wrote it";
            } else if (key != 0) {
                found = "is encrypted with key " + key + ", which this program cannot do";
            } else {
                found = "belongs to group " + group + " of cluster " + cluster + ", not to group " + wanted.group
                        + " of cluster " + wanted.cluster + ": check the node's data folder";
            }
        } catch (Malformed shorter) {
            found = "is no manifest of a vault: " + shorter.sentence();
        }
        return new Refused(Refused.Reason.CANNOT, "the file " + file + " " + found);
    }
}

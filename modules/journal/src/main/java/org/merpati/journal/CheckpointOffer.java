package org.merpati.journal;

import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * A checkpoint that a data node keeps pinned for a node that catches up.
 *
 * @param index the index of the last entry in it
 * @param term the term of that entry
 * @param millis a time that the group had reached, in UTC milliseconds
 * @param files what it consists of
 */
record CheckpointOffer(long index, long term, long millis, List<StateMachine.CheckpointFile> files) {
    private static final int VERSION = 1;

    CheckpointOffer {
        files = List.copyOf(files);
    }

    /** The binary form. */
    byte[] encode() {
        BinaryWriter out = new BinaryWriter(256);
        out.u8(VERSION).i64(index).i64(term).i64(millis).varint(files.size());
        files.forEach(f -> out.text(f.name()).i64(f.length()).text(f.sha256()));
        return out.toByteArray();
    }

    /** Reads the binary form. */
    static CheckpointOffer decode(byte[] form) {
        BinaryReader in = new BinaryReader(form);
        if (in.u8() != VERSION) {
            throw new org.merpati.kernel.Malformed("the offer of a checkpoint is of an unknown version");
        }
        long index = in.i64();
        long term = in.i64();
        long millis = in.i64();
        int count = in.count();
        List<StateMachine.CheckpointFile> files = new ArrayList<>(Math.min(count, 4096));
        for (int i = 0; i < count; i++) {
            String name = in.text();
            long length = in.i64();
            files.add(new StateMachine.CheckpointFile(name, length, in.text()));
        }
        return new CheckpointOffer(index, term, millis, files);
    }
}

package org.merpati.journal;

import java.util.ArrayList;
import java.util.List;
import org.merpati.journal.level.Release;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * A checkpoint that a data node keeps pinned for a node that catches up.
 *
 * @param index the index of the last entry in it
 * @param term the term of that entry
 * @param millis a time that the group had reached, in UTC milliseconds
 * @param raised the feature level that the group had reached, and the version of who raised it
 * @param files what it consists of
 */
record CheckpointOffer(long index, long term, long millis, Release raised, List<StateMachine.CheckpointFile> files) {
    /** The second has the level; where the group was never raised the first is sent, which an older release knows. */
    private static final int VERSION = 2;

    CheckpointOffer {
        files = List.copyOf(files);
    }

    /** The binary form. */
    byte[] encode() {
        BinaryWriter out = new BinaryWriter(256);
        boolean first = raised.level() == Release.FIRST;
        out.u8(first ? 1 : VERSION).i64(index).i64(term).i64(millis).varint(files.size());
        files.forEach(f -> out.text(f.name()).i64(f.length()).text(f.sha256()));
        if (!first) {
            raised.write(out);
        }
        return out.toByteArray();
    }

    /** Reads the binary form. */
    static CheckpointOffer decode(byte[] form) {
        BinaryReader in = new BinaryReader(form);
        int version = in.u8();
        if (version < 1 || version > VERSION) {
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
        Release raised = version < 2 ? new Release("", Release.FIRST) : Release.read(in);
        return new CheckpointOffer(index, term, millis, raised, files);
    }
}

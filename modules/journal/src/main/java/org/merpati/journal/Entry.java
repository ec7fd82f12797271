package org.merpati.journal;

import java.util.ArrayList;
import java.util.List;
import org.merpati.journal.level.Release;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.NodeName;

/** What one entry of a group's log holds, in a binary form that begins with a type and a version. */
sealed interface Entry {
    /**
     * Commands of the group's owner.
     *
     * @param millis the group's time in UTC milliseconds
     */
    record Batch(long millis, List<byte[]> commands) implements Entry {}

    /** A data node's word that its checkpoint of that index is on its disk; the witness may forget what is before. */
    record Checkpointed(NodeName node, long index) implements Entry {}

    /** From here on the log may hold what is of that feature level; the version is that of who raised it. */
    record Level(Release release) implements Entry {}

    /** The type of a {@link Batch}. */
    int BATCH = 1;
    /** The type of a {@link Checkpointed}. */
    int CHECKPOINTED = 2;
    /** The type of a {@link Level}. */
    int LEVEL = 3;
    /** The version of all. */
    int VERSION = 1;

    /** The binary form. */
    default byte[] encode() {
        return switch (this) {
            case Batch batch -> {
                int octets = batch.commands.stream().mapToInt(c -> c.length + 5).sum();
                BinaryWriter out = new BinaryWriter(octets + 32);
                out.u8(BATCH).u8(VERSION).i64(batch.millis).varint(batch.commands.size());
                batch.commands.forEach(out::bytes);
                yield out.toByteArray();
            }
            case Checkpointed report ->
                new BinaryWriter()
                        .u8(CHECKPOINTED)
                        .u8(VERSION)
                        .text(report.node.value())
                        .i64(report.index)
                        .toByteArray();
            case Level raised ->
                raised.release.write(new BinaryWriter().u8(LEVEL).u8(VERSION)).toByteArray();
        };
    }

    /** Whether the entry is the journal's own, which the witness understands. */
    static boolean isOwn(byte type) {
        return type == CHECKPOINTED || type == LEVEL;
    }

    /**
     * Reads the binary form.
     *
     * @throws IllegalStateException if its type or version is unknown here
     */
    static Entry decode(byte[] form) {
        BinaryReader in = new BinaryReader(form);
        int type = in.u8();
        int version = in.u8();
        if (version != VERSION || type < BATCH || type > LEVEL) {
            throw new IllegalStateException("the log has an entry of type " + type + " version " + version
                    + ", which this release does not know; install the newer release on this node");
        }
        if (type == CHECKPOINTED) {
            NodeName node = new NodeName(in.text());
            return new Checkpointed(node, in.i64());
        }
        if (type == LEVEL) {
            return new Level(Release.read(in));
        }
        long millis = in.i64();
        int count = in.count();
        List<byte[]> commands = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            commands.add(in.bytes());
        }
        return new Batch(millis, commands);
    }
}

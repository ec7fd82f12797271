package org.merpati.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.runtime.DurableFile;

/**
 * What a replica must know about the log behind its checkpoint: at which index each term began, a time that the group
 * had reached, and on the witness the checkpoints that the data nodes have reported. One small file, replaced whole.
 */
final class ReplicaRecord {
    private static final int MAGIC = 0x4d504a52;
    private static final int VERSION = 1;

    private final Path file;
    private final Id cluster;
    private final String group;
    private final NavigableMap<Long, Long> termStarts = new TreeMap<>();
    private final Map<NodeName, Long> reported = new TreeMap<>();
    private long millis;
    private long skipped;
    private long newestTerm = -1;

    private ReplicaRecord(Path file, Id cluster, String group) {
        this.file = file;
        this.cluster = cluster;
        this.group = group;
    }

    /**
     * Reads the file, or begins with an empty record if there is none.
     *
     * @throws IOException if it cannot be read or is not of this cluster and group
     */
    static ReplicaRecord open(Path file, Id cluster, String group) throws IOException {
        ReplicaRecord record = new ReplicaRecord(file, cluster, group);
        if (Files.exists(file)) {
            record.read(new BinaryReader(Files.readAllBytes(file)));
        }
        return record;
    }

    private void read(BinaryReader in) throws IOException {
        if (in.i32() != MAGIC || in.u8() != VERSION) {
            throw new IOException(file + " is not a replica record of version " + VERSION);
        }
        Id of = in.id();
        String name = in.text();
        in.varint();
        if (!of.equals(cluster) || !name.equals(group)) {
            throw new IOException(file + " belongs to group " + name + " of cluster " + of);
        }
        millis = in.i64();
        skipped = in.i64();
        for (int left = in.count(); left > 0; left--) {
            long start = in.i64();
            termStarts.put(start, in.i64());
        }
        for (int left = in.count(); left > 0; left--) {
            NodeName node = new NodeName(in.text());
            reported.put(node, in.i64());
        }
        newestTerm = termStarts.isEmpty() ? -1 : termStarts.lastEntry().getValue();
    }

    /** Notes the term of an entry before it is applied; durable on return if the term is new. */
    synchronized void entry(long term, long index) throws IOException {
        if (term == newestTerm) {
            return;
        }
        Map.Entry<Long, Long> known = termStarts.floorEntry(index);
        newestTerm = term;
        if (known == null || known.getValue() != term) {
            termStarts.put(index, term);
            save();
        }
    }

    /** Forgets the terms that ended before the entry of that index; durable with the next {@link #save}. */
    synchronized void forgetBefore(long index) {
        Long start = termStarts.floorKey(index);
        if (start != null) {
            termStarts.headMap(start, false).clear();
        }
    }

    /** Notes the term of a checkpoint from another node and a time that it had reached; durable on return. */
    synchronized void installed(long term, long index, long reachedMillis) throws IOException {
        skipped = Math.max(skipped, index);
        termStarts.put(index, term);
        millis = Math.max(millis, reachedMillis);
        save();
    }

    /** The term of an entry at or behind the newest that was noted; 0 if the record does not reach back so far. */
    synchronized long termOf(long index) {
        Map.Entry<Long, Long> start = termStarts.floorEntry(index);
        return start == null ? 0 : start.getValue();
    }

    /** Notes the group's time; durable with the next {@link #save}. */
    synchronized void time(long reachedMillis) {
        millis = Math.max(millis, reachedMillis);
    }

    /** The latest time that is known to have been given to a command, in UTC milliseconds. */
    synchronized long millis() {
        return millis;
    }

    /** Notes a report of a data node; durable with the next {@link #save}. */
    synchronized void reported(NodeName node, long index) {
        reported.merge(node, index, Math::max);
    }

    /** The highest index that is noted as committed; 0 if there is none. */
    synchronized long reached() {
        return termStarts.isEmpty() ? 0 : termStarts.lastKey();
    }

    /** Up to where the log may lack entries, because a checkpoint took their place; 0 if it may not. */
    synchronized long skipped() {
        return skipped;
    }

    /** Notes that everything up to the index is not needed here though it was never applied; durable on return. */
    synchronized void skip(long term, long index) throws IOException {
        skipped = Math.max(skipped, index);
        termStarts.put(index, term);
        save();
    }

    /** The least index that all of the data nodes have reported, or what was skipped if that is higher. */
    synchronized long floor(Collection<NodeName> dataNodes) {
        long least = dataNodes.stream()
                .mapToLong(node -> reported.getOrDefault(node, 0L))
                .min()
                .orElse(0);
        return Math.max(least, skipped);
    }

    /** The node whose reported checkpoint is the oldest. */
    synchronized NodeName least(Collection<NodeName> dataNodes) {
        return Collections.min(dataNodes, Comparator.comparingLong(node -> reported.getOrDefault(node, 0L)));
    }

    /** Makes the record durable. */
    synchronized void save() throws IOException {
        BinaryWriter out = new BinaryWriter(128 + 16 * termStarts.size());
        out.i32(MAGIC).u8(VERSION).id(cluster).text(group).varint(0);
        out.i64(millis).i64(skipped).varint(termStarts.size());
        termStarts.forEach((start, term) -> out.i64(start).i64(term));
        out.varint(reported.size());
        reported.forEach((node, index) -> out.text(node.value()).i64(index));
        DurableFile.write(file, out.toByteArray());
    }
}

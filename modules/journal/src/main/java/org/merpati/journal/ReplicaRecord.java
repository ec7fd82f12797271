package org.merpati.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.merpati.journal.level.Release;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Id;
import org.merpati.kernel.NodeName;
import org.merpati.runtime.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a replica must know about the log behind its checkpoint: at which index each term began, a time and the feature
 * level that the group had reached, and on the witness the checkpoints that the data nodes have reported. One small
 * file, replaced whole; its second version has the level and is written once the group was raised.
 */
final class ReplicaRecord {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaRecord.class);
    private static final long CLOCK_ALARM_MILLIS = Duration.ofMinutes(5).toMillis();
    private static final int MAGIC = 0x4d504a52;
    private static final int VERSION = 2;

    private final Path file;
    private final Id cluster;
    private final String group;
    private final Release own;
    private final NavigableMap<Long, Long> termStarts = new TreeMap<>();
    private final Map<NodeName, Long> reported = new TreeMap<>();
    private long millis;
    private long proposedMillis;
    private long skipped;
    private volatile Release raised = new Release("", Release.FIRST);
    private long newestTerm = -1;

    private ReplicaRecord(Path file, Id cluster, String group, Release own) {
        this.file = file;
        this.cluster = cluster;
        this.group = group;
        this.own = own;
    }

    /**
     * Reads the file, or begins with an empty record if there is none.
     *
     * @param own the program that reads the log
     * @throws IOException if it cannot be read or is not of this cluster and group
     */
    static ReplicaRecord open(Path file, Id cluster, String group, Release own) throws IOException {
        ReplicaRecord record = new ReplicaRecord(file, cluster, group, own);
        if (Files.exists(file)) {
            record.read(new BinaryReader(Files.readAllBytes(file)));
        }
        return record;
    }

    private void read(BinaryReader in) throws IOException {
        boolean known = in.i32() == MAGIC;
        int version = in.u8();
        if (!known || version < 1 || version > VERSION) {
            throw new IOException(file + " is not a replica record of a version up to " + VERSION);
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
        if (version > 1) {
            raised = Release.read(in);
        }
    }

    /** The feature level that the group has reached, and the version of who raised it. */
    Release raised() {
        return raised;
    }

    /**
     * Sees to it that this program knows a level that the group has reached.
     *
     * @throws IllegalStateException if it does not
     */
    void check(Release level) {
        if (!own.knows(level.level())) {
            throw new IllegalStateException(own.tooOldFor(level));
        }
    }

    /**
     * Notes that the group was raised to a level; durable on return. It is never lowered.
     *
     * @throws IllegalStateException if this program does not know that level
     */
    synchronized void raise(Release level) throws IOException {
        check(level);
        if (level.level() > raised.level()) {
            raised = level;
            save();
        }
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

    /** Notes the term of a checkpoint from another node, and the time and level that it had; durable on return. */
    synchronized void installed(CheckpointOffer offer) throws IOException {
        skipped = Math.max(skipped, offer.index());
        termStarts.put(offer.index(), offer.term());
        millis = Math.max(millis, offer.millis());
        raise(offer.raised());
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

    /** The time for the next command that is proposed here, UTC milliseconds: the clock's, but it never goes back. */
    synchronized long nextMillis(long wall) {
        proposedMillis = Math.max(Math.max(proposedMillis, millis), wall);
        if (proposedMillis - wall > CLOCK_ALARM_MILLIS) {
            LOG.warn(
                    "group {}: this node's clock is {} ms behind the group's time; set it right",
                    group,
                    proposedMillis - wall);
        }
        return proposedMillis;
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
        boolean first = raised.level() == Release.FIRST;
        out.i32(MAGIC).u8(first ? 1 : VERSION).id(cluster).text(group).varint(0);
        out.i64(millis).i64(skipped).varint(termStarts.size());
        termStarts.forEach((start, term) -> out.i64(start).i64(term));
        out.varint(reported.size());
        reported.forEach((node, index) -> out.text(node.value()).i64(index));
        if (!first) {
            raised.write(out);
        }
        DurableFile.write(file, out.toByteArray());
    }
}

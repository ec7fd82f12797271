package org.merpati.vault;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.merpati.runtime.DurableFile;
import org.merpati.vault.Manifest.SegmentEntry;
import org.merpati.vault.Manifest.TableEntry;

/**
 * The way from one checkpoint to the next: what was applied up to an index becomes a table, merged with as many of the
 * newest tables as are due. All of it follows from the rows and from the manifest before, so copies make equal files.
 *
 * @param rows the rows since the manifest before
 * @param segments the segments at that index
 * @param toForce segments to fsync
 */
record Flush(long index, Memtable rows, List<SegmentEntry> segments, List<Path> toForce) {
    /** A finished flush: the manifest to be written, and its tables, newest first. */
    record Result(Manifest manifest, List<Table> tables, List<Table> dropped) {}

    Result run(
            Path folder,
            VaultIdentity identity,
            VaultLimits limits,
            BlockCache cache,
            Manifest before,
            List<Table> newestFirst)
            throws IOException {
        List<Table> kept = new ArrayList<>(newestFirst);
        List<Table> merged = new ArrayList<>();
        List<TableEntry> entries = new ArrayList<>(before.tables());
        long flush = before.flush() + 1;
        if (rows.count() > 0) {
            long first = flush;
            for (int due = due(limits, rows.bytes(), entries); due > 0; due--) {
                merged.add(kept.removeFirst());
                first = entries.removeLast().first();
            }
            List<Cursor> inputs = new ArrayList<>();
            inputs.add(rows.from(new byte[0]));
            merged.forEach(table -> inputs.add(table.from(new byte[0])));
            Path file = folder.resolve(Manifest.tableName(first, flush));
            FileEntry written = TableWriter.write(file, identity, limits, Merging.of(inputs), kept.isEmpty());
            entries.add(new TableEntry(limits.level(written.length()), first, flush, written));
            kept.addFirst(Table.open(folder, written, cache, identity));
        }
        for (Path segment : toForce) {
            DurableFile.sync(segment);
        }
        DurableFile.syncFolder(folder);
        return new Result(new Manifest(index, flush, entries, segments), kept, merged);
    }

    /**
     * How many of the newest tables are merged with some rows. One is merged when what comes to it is of its level
     * already, so what is written for a flush grows with what was flushed and not with what is there.
     */
    static int due(VaultLimits limits, long octets, List<TableEntry> oldestFirst) {
        int due = 0;
        long total = octets;
        int step = limits.fan() - 1;
        while (oldestFirst.size() - due >= step) {
            int end = oldestFirst.size() - due;
            List<TableEntry> next = oldestFirst.subList(end - step, end);
            int level = limits.level(total);
            if (next.stream().anyMatch(table -> limits.level(table.file().length()) > level)) {
                return due;
            }
            total += next.stream().mapToLong(table -> table.file().length()).sum();
            due += step;
        }
        return due;
    }
}

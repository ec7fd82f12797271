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
record Flush(Manifest before, long index, Memtable rows, List<SegmentEntry> segments, List<Path> toForce) {
    /** A finished flush: the manifest to be written, and its tables, newest first. */
    record Result(Manifest manifest, List<Table> tables, List<Table> dropped) {}

    Result run(Path folder, VaultIdentity identity, VaultLimits limits, BlockCache cache, List<Table> newestFirst)
            throws IOException {
        List<Table> kept = new ArrayList<>(newestFirst);
        List<Table> merged = new ArrayList<>();
        List<TableEntry> entries = new ArrayList<>(before.tables());
        long flush = before.flush() + 1;
        if (rows.count() > 0) {
            int level = due(limits.fan(), kept, merged);
            long first = flush;
            for (int i = 0; i < merged.size(); i++) {
                first = entries.removeLast().first();
            }
            List<Cursor> inputs = new ArrayList<>();
            inputs.add(rows.from(new byte[0]));
            merged.forEach(table -> inputs.add(table.from(new byte[0])));
            Path file = folder.resolve(Manifest.tableName(first, flush));
            FileEntry written = TableWriter.write(file, identity, limits, Merging.of(inputs), kept.isEmpty());
            entries.add(new TableEntry(level, first, flush, written));
            kept.addFirst(Table.open(folder, written, level, cache, identity));
        }
        for (Path segment : toForce) {
            DurableFile.sync(segment);
        }
        DurableFile.syncFolder(folder);
        return new Result(new Manifest(index, flush, entries, segments), kept, merged);
    }

    /** Moves the tables that are due for merging from one list to the other and returns the level of the outcome. */
    private static int due(int fan, List<Table> kept, List<Table> merged) {
        int level = 0;
        while (kept.size() >= fan - 1 && level(kept, fan - 1) == level) {
            for (int i = 1; i < fan; i++) {
                merged.add(kept.removeFirst());
            }
            level++;
        }
        return level;
    }

    /** The level that the newest tables share, or -1. */
    private static int level(List<Table> kept, int count) {
        int level = kept.getFirst().level();
        return kept.stream().limit(count).allMatch(table -> table.level() == level) ? level : -1;
    }
}

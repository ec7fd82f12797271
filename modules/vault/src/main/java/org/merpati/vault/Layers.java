package org.merpati.vault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that holds rows at one instant.
 *
 * @param fresh rows since the last flush began
 * @param frozen rows that are being flushed or wait for that, the newest first
 * @param tables the newest first
 */
record Layers(Memtable fresh, List<Memtable> frozen, List<Table> tables) {
    Layers {
        frozen = List.copyOf(frozen);
        tables = List.copyOf(tables);
    }

    /** The octets of the rows that are being flushed or wait for that. */
    long frozenBytes() {
        return frozen.stream().mapToLong(Memtable::bytes).sum();
    }

    /** The same, with what was fresh frozen. */
    Layers freeze(Memtable rows) {
        return new Layers(
                Memtable.EMPTY, Stream.concat(Stream.of(rows), frozen.stream()).toList(), tables);
    }

    /** The same, with the rows that were frozen first in tables. */
    Layers flushed(List<Table> now) {
        return new Layers(fresh, frozen.subList(0, frozen.size() - 1), now);
    }

    byte @Nullable [] get(byte[] key) throws IOException {
        Row row = fresh.get(key);
        for (int i = 0; i < frozen.size() && row == null; i++) {
            row = frozen.get(i).get(key);
        }
        if (row == null && !tables.isEmpty()) {
            long hash = Bloom.hash(key);
            for (int i = 0; i < tables.size() && row == null; i++) {
                row = tables.get(i).get(key, hash);
            }
        }
        return row == null ? null : row.value();
    }

    void scan(byte[] from, byte[] to, RowVisitor visitor) throws IOException {
        List<Cursor> cursors = new ArrayList<>();
        cursors.add(fresh.from(from));
        frozen.forEach(rows -> cursors.add(rows.from(from)));
        tables.forEach(table -> cursors.add(table.from(from)));
        show(Merging.of(cursors), key -> Arrays.compareUnsigned(key, to) < 0, visitor);
    }

    void scanBack(byte[] from, byte[] to, RowVisitor visitor) throws IOException {
        List<Cursor> cursors = new ArrayList<>();
        cursors.add(fresh.before(to));
        frozen.forEach(rows -> cursors.add(rows.before(to)));
        tables.forEach(table -> cursors.add(table.before(to)));
        Merging rows = Merging.of(cursors, (one, other) -> Arrays.compareUnsigned(other, one));
        show(rows, key -> Arrays.compareUnsigned(key, from) >= 0, visitor);
    }

    private static void show(Merging rows, Predicate<byte[]> within, RowVisitor visitor) throws IOException {
        for (Row row = rows.next(); row != null && within.test(row.key()); row = rows.next()) {
            byte @Nullable [] value = row.value();
            if (value != null && !visitor.row(row.key(), value)) {
                return;
            }
        }
    }
}

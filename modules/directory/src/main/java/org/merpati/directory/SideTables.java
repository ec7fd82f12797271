package org.merpati.directory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * The tables that a node has beside the directory's entries: all of them on a voter, those of its roles elsewhere. Each
 * knows the index of its last change, so that a change that comes twice counts once.
 */
public final class SideTables {
    /** No table at all. */
    public static final SideTables NONE = new SideTables(List.of());

    private final Map<String, SideTable> tables = new TreeMap<>();
    private final Map<String, Long> indices = new HashMap<>();

    public SideTables(List<? extends SideTable> tables) {
        tables.forEach(table -> this.tables.put(table.name(), table));
    }

    /** Their names, in order. */
    List<String> names() {
        return List.copyOf(tables.keySet());
    }

    /**
     * Carries out a change, if it is new.
     *
     * @throws Malformed if it is no change of that table; nothing has changed then
     */
    synchronized void change(long index, String name, byte[] change) {
        SideTable table = tables.get(name);
        if (table == null) {
            throw new IllegalStateException("this program knows no table '" + name + "' beside the directory");
        }
        if (index > indices.getOrDefault(name, -1L)) {
            table.change(change);
            indices.put(name, index);
        }
    }

    /** Writes those of some names that are here. */
    synchronized void write(BinaryWriter to, List<String> names) {
        List<String> here = names.stream().filter(tables::containsKey).toList();
        to.varint(here.size());
        for (String name : here) {
            SideTable table = Objects.requireNonNull(tables.get(name));
            to.text(name).i64(indices.getOrDefault(name, -1L)).bytes(table.write());
        }
    }

    /**
     * Becomes what was written; those that were not are empty, and those that are not here are passed over.
     *
     * @return the names of those that were written
     * @throws Malformed if it is not the form of tables
     */
    synchronized Set<String> read(BinaryReader from) {
        clear();
        Set<String> found = new TreeSet<>();
        for (int left = from.count(); left > 0; left--) {
            String name = from.text();
            long index = from.i64();
            byte[] octets = from.bytes();
            SideTable table = tables.get(name);
            if (table != null) {
                table.read(octets);
                indices.put(name, index);
                found.add(name);
            }
        }
        return found;
    }

    synchronized void clear() {
        tables.values().forEach(SideTable::clear);
        indices.clear();
    }
}

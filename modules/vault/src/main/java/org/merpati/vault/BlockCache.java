package org.merpati.vault;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The decoded blocks read last. A table's name stands for its bytes, so nothing here goes stale. */
final class BlockCache {
    private record Place(String table, int block) {}

    private final Map<Place, Row[]> blocks;

    BlockCache(int limit) {
        this.blocks = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Place, Row[]> eldest) {
                return size() > limit;
            }
        };
    }

    synchronized Row @Nullable [] find(String table, int block) {
        return blocks.get(new Place(table, block));
    }

    synchronized void keep(String table, int block, Row[] rows) {
        blocks.put(new Place(table, block), rows);
    }

    synchronized void clear() {
        blocks.clear();
    }
}

package org.merpati.filter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** How a table of digests stays within its bound. */
public final class Bounded {
    private Bounded() {}

    /**
     * Where a table has more than the limit, the quarter goes whose day is the oldest; digests part those of one day,
     * so that equal tables stay equal.
     */
    public static <V> void forgetOldest(Map<Long, V> table, int limit, ToIntFunction<V> day) {
        if (table.size() <= limit) {
            return;
        }
        List<Map.Entry<Long, V>> all = new ArrayList<>(table.entrySet());
        all.sort(Comparator.<Map.Entry<Long, V>>comparingInt(entry -> day.applyAsInt(entry.getValue()))
                .thenComparing(Map.Entry::getKey));
        List<Long> oldest = all.subList(0, all.size() - limit / 4 * 3).stream()
                .map(Map.Entry::getKey)
                .toList();
        oldest.forEach(table::remove);
    }
}

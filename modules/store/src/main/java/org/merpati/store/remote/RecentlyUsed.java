package org.merpati.store.remote;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What was asked for last. What was asked for longest ago goes when all weighs more than a limit. */
final class RecentlyUsed<K, V> {
    private final long limit;
    private final ToLongFunction<V> weight;
    private final Map<K, V> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long weighs;

    RecentlyUsed(long limit, ToLongFunction<V> weight) {
        this.limit = limit;
        this.weight = weight;
    }

    synchronized @Nullable V get(K key) {
        return kept.get(key);
    }

    /** Whether it is here; that is no asking for it. */
    synchronized boolean holds(K key) {
        return kept.containsKey(key);
    }

    /**
     * Keeps something.
     *
     * @param better of what is here and what is to be kept
     */
    synchronized void keep(K key, V value, BinaryOperator<V> better) {
        V before = kept.get(key);
        V after = before == null ? value : better.apply(before, value);
        kept.put(key, after);
        weighs += weight.applyAsLong(after) - (before == null ? 0 : weight.applyAsLong(before));
        Iterator<V> eldest = kept.values().iterator();
        while (weighs > limit && kept.size() > 1) {
            weighs -= weight.applyAsLong(eldest.next());
            eldest.remove();
        }
    }

    synchronized void forget(K key) {
        V gone = kept.remove(key);
        weighs -= gone == null ? 0 : weight.applyAsLong(gone);
    }
}

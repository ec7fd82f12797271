package org.merpati.mta;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often what has happened since the start. */
public final class Counters {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String event) {
        counts.computeIfAbsent(event, e -> new LongAdder()).increment();
    }

    /** All counts, by event. */
    public Map<String, Long> all() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((event, count) -> all.put(event, count.sum()));
        return all;
    }
}

package org.merpati.filter.waves;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.merpati.filter.Bounded;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * Who reported which numbers of sketches, bounded: equal sightings in equal order make equal tables. Where there are
 * too many numbers, the quarter goes that was not reported for the longest. Not for use by many threads.
 */
public final class WaveTable {
    /** The most numbers that a table holds by default, about 100 octets each. */
    public static final int DEFAULT_LIMIT = 200_000;

    /** How long a report counts, in days. */
    static final int DAYS = 30;

    private static final int VERSION = 1;
    /** The most reporters that are told apart for a number. */
    private static final int REPORTERS = 20;

    /** Who reported a number, with the weight of each, and the day of the last. */
    private static final class Mark {
        private final Map<Long, Integer> reporters = new TreeMap<>();
        private int day;

        int weight() {
            return reporters.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private final int limit;
    private final Map<Long, Mark> marks = new HashMap<>();

    public WaveTable() {
        this(DEFAULT_LIMIT);
    }

    /** An empty table. */
    public WaveTable(int limit) {
        this.limit = limit;
    }

    /** How many numbers are known. */
    public int size() {
        return marks.size();
    }

    /** Takes note of what somebody said. */
    public void take(Sighting sighting) {
        for (long[] sketch : sighting.sketches()) {
            for (long band : sketch) {
                take(band, sighting);
            }
        }
        Bounded.forgetOldest(marks, limit, mark -> mark.day);
    }

    private void take(long band, Sighting sighting) {
        if (sighting.weight() == 0) {
            Mark mark = marks.get(band);
            if (mark != null && mark.reporters.remove(sighting.reporter()) != null && mark.reporters.isEmpty()) {
                marks.remove(band);
            }
            return;
        }
        Mark mark = marks.computeIfAbsent(band, absent -> new Mark());
        if (mark.reporters.size() < REPORTERS || mark.reporters.containsKey(sighting.reporter())) {
            mark.reporters.put(sighting.reporter(), sighting.weight());
        }
        mark.day = Math.max(mark.day, sighting.day());
    }

    /**
     * How much was reported of a sketch: the second greatest weight among its numbers, since a single number may be
     * shared by chance.
     *
     * @param today the day, since 1970 (UTC)
     */
    public int weight(long[] sketch, int today) {
        int first = 0;
        int second = 0;
        for (long band : sketch) {
            Mark mark = marks.get(band);
            int weight = mark == null || today - mark.day > DAYS ? 0 : mark.weight();
            if (weight > first) {
                second = first;
                first = weight;
            } else if (weight > second) {
                second = weight;
            }
        }
        return second;
    }

    /** Writes the binary form, equal for equal tables, with its version. */
    public void write(BinaryWriter to) {
        to.u8(VERSION).varint(marks.size());
        new TreeMap<>(marks).forEach((band, mark) -> {
            to.i64(band).varint(mark.day).varint(mark.reporters.size());
            mark.reporters.forEach((reporter, weight) -> to.i64(reporter).u8(weight));
        });
    }

    /**
     * Reads the binary form.
     *
     * @throws Malformed if it is not one, or of an unknown version
     */
    public static WaveTable read(BinaryReader from, int limit) {
        int version = from.u8();
        if (version != VERSION) {
            throw new Malformed("a table of waves of version " + version + " is not known here");
        }
        WaveTable table = new WaveTable(limit);
        for (int left = from.count(); left > 0; left--) {
            Mark mark = new Mark();
            long band = from.i64();
            mark.day = from.count();
            for (int reporters = from.count(); reporters > 0; reporters--) {
                mark.reporters.put(from.i64(), from.u8());
            }
            table.marks.put(band, mark);
        }
        return table;
    }
}

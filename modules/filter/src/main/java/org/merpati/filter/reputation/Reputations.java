package org.merpati.filter.reputation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.merpati.filter.Bounded;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * What became of the mail of many origins. What was seen counts half after a month, a quarter after two. Bounded: where
 * there are too many origins, the quarter goes that was not seen for the longest. Equal experiences in equal order make
 * equal tables. Not for use by many threads.
 */
public final class Reputations {
    /** The most origins that a table holds by default, about 100 octets each. */
    public static final int DEFAULT_LIMIT = 200_000;

    private static final int VERSION = 1;
    private static final int HALF_LIFE_DAYS = 30;
    /** One message, in what is counted: halves are exact for a few months. */
    private static final int UNIT = 16;
    /** More than this is halved, so that an origin of many years can still change its ways. */
    private static final int MOST = 1_000 * UNIT;

    /**
     * @param halved the day of the last halving, or of the first experience
     * @param last the day of the last experience
     */
    private record Past(int wanted, int unwanted, int halved, int last) {
        static final Past NONE = new Past(0, 0, 0, 0);

        Past on(int today) {
            int halvings = Math.clamp((today - (long) halved) / HALF_LIFE_DAYS, 0, Integer.SIZE - 1);
            return new Past(wanted >> halvings, unwanted >> halvings, halved + halvings * HALF_LIFE_DAYS, last);
        }

        Past and(Experience seen, int today) {
            int more = wanted + seen.wanted() * UNIT;
            int less = unwanted + seen.unwanted() * UNIT;
            int divisor = more + less > MOST ? 2 : 1;
            return new Past(more / divisor, less / divisor, halved, Math.max(last, today));
        }
    }

    private final int limit;
    private final Map<Long, Past> pasts = new HashMap<>();

    public Reputations() {
        this(DEFAULT_LIMIT);
    }

    /** An empty table. */
    public Reputations(int limit) {
        this.limit = limit;
    }

    /** How many origins are known. */
    public int size() {
        return pasts.size();
    }

    /**
     * Takes note of what became of mail.
     *
     * @param today the day, since 1970 (UTC)
     */
    public void take(List<Experience> experiences, int today) {
        for (Experience seen : experiences) {
            Past before = pasts.getOrDefault(seen.origin(), new Past(0, 0, today, today));
            pasts.put(seen.origin(), before.on(today).and(seen, today));
        }
        Bounded.forgetOldest(pasts, limit, Past::last);
    }

    /** Forgets an origin. */
    public void forget(long origin) {
        pasts.remove(origin);
    }

    /** What is thought of an origin on a day. */
    public Opinion opinion(long origin, int today) {
        Past past = pasts.getOrDefault(origin, Past.NONE).on(today);
        return new Opinion((double) past.wanted / UNIT, (double) past.unwanted / UNIT);
    }

    /** Writes the binary form, equal for equal tables, with its version. */
    public void write(BinaryWriter to) {
        to.u8(VERSION).varint(pasts.size());
        new TreeMap<>(pasts)
                .forEach((origin, past) -> to.i64(origin)
                        .varint(past.wanted)
                        .varint(past.unwanted)
                        .varint(past.halved)
                        .varint(past.last));
    }

    /**
     * Reads the binary form.
     *
     * @throws Malformed if it is not one, or of an unknown version
     */
    public static Reputations read(BinaryReader from, int limit) {
        int version = from.u8();
        if (version != VERSION) {
            throw new Malformed("a table of reputations of version " + version + " is not known here");
        }
        Reputations table = new Reputations(limit);
        for (int left = from.count(); left > 0; left--) {
            table.pasts.put(from.i64(), new Past(from.count(), from.count(), from.count(), from.count()));
        }
        return table;
    }
}

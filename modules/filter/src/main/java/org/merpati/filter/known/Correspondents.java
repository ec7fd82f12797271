package org.merpati.filter.known;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.merpati.filter.Bounded;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Sha256;

/**
 * Who of our people has written to whom, and on which day the last time; as digests of both, so that the table gives no
 * address away. Bounded: where there are too many, the quarter goes whose last letter is the oldest. Equal letters in
 * equal order make equal tables. Not for use by many threads.
 */
public final class Correspondents {
    /** The most pairs that a table holds by default, about 70 octets each. */
    public static final int DEFAULT_LIMIT = 200_000;

    /** For how many days a letter makes its recipient known. */
    public static final int DAYS = 365;

    /** What stands for the day of a letter that was never written. */
    public static final int NEVER = -1;

    private static final int VERSION = 1;

    private final int limit;
    private final Map<Long, Integer> days = new HashMap<>();

    public Correspondents() {
        this(DEFAULT_LIMIT);
    }

    /** An empty table. */
    public Correspondents(int limit) {
        this.limit = limit;
    }

    /** The digest of a person and whom she writes to. */
    public static long pair(AccountId person, Address other) {
        byte[] both = (person + " " + other.key()).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(Sha256.of(both)).getLong();
    }

    /** How many pairs are known. */
    public int size() {
        return days.size();
    }

    /**
     * Takes note of letters.
     *
     * @param day on which they were written, since 1970 (UTC)
     */
    public void wrote(List<Long> pairs, int day) {
        pairs.forEach(pair -> days.merge(pair, day, Math::max));
        Bounded.forgetOldest(days, limit, Integer::intValue);
    }

    /** The day of the last letter of a pair, or {@link #NEVER}. */
    public int last(long pair) {
        return days.getOrDefault(pair, NEVER);
    }

    /** Writes the binary form, equal for equal tables, with its version. */
    public void write(BinaryWriter to) {
        to.u8(VERSION).varint(days.size());
        new TreeMap<>(days).forEach((pair, day) -> to.i64(pair).varint(day));
    }

    /**
     * Reads the binary form.
     *
     * @throws Malformed if it is not one, or of an unknown version
     */
    public static Correspondents read(BinaryReader from, int limit) {
        int version = from.u8();
        if (version != VERSION) {
            throw new Malformed("a table of correspondents of version " + version + " is not known here");
        }
        Correspondents table = new Correspondents(limit);
        for (int left = from.count(); left > 0; left--) {
            table.days.put(from.i64(), from.count());
        }
        return table;
    }
}

package org.merpati.filter.bayes;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * The counts of one scope in memory, bounded: what lessons make of it follows from the lessons and their times alone,
 * so copies that learn the same in the same order are equal. When there are more tokens than the limit, the quarter
 * goes that was not seen for the longest, tokens that were seen only once before others. Not for use by many threads.
 */
public final class TokenTable {
    /** The most tokens that a table holds by default; about 30 octets of memory each. */
    public static final int DEFAULT_LIMIT = 1_000_000;

    private static final int MESSAGES_LIMIT = 65_536;
    private static final int VERSION = 1;
    private static final long DAY_MILLIS = 86_400_000L;
    /** What having been seen more than once is worth, in days of not having been seen. */
    private static final int REPEATED_DAYS = 90;

    private static final int RANK_SHIFT = 40;

    private final int limit;
    private final Map<Long, Mark> messages = new LinkedHashMap<>();
    private int hams;
    private int spams;
    private int size;
    private long[] keys = new long[1024];
    private int[] ham = new int[1024];
    private int[] spam = new int[1024];
    private int[] day = new int[1024];

    public TokenTable() {
        this(DEFAULT_LIMIT);
    }

    /** An empty table. */
    public TokenTable(int limit) {
        this.limit = Math.max(limit, Lesson.TOKENS_LIMIT);
    }

    /** The tokens that are held. */
    public int size() {
        return size;
    }

    /** The counts of tokens (see {@link TokenCounts#counts}). */
    public Counts counts(long[] tokens) {
        int[] inHam = new int[tokens.length];
        int[] inSpam = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            int slot = slot(tokens[i]);
            inHam[i] = ham[slot];
            inSpam[i] = spam[slot];
        }
        return new Counts(hams, spams, inHam, inSpam);
    }

    /**
     * Adds a lesson. A second lesson on the same message changes what the first did: the same mark changes nothing,
     * another mark takes the first back and counts anew, {@link Mark#NONE} only takes back.
     *
     * @return whether anything changed
     */
    public boolean learn(Lesson lesson) {
        Mark before = messages.getOrDefault(lesson.message(), Mark.NONE);
        if (before == lesson.mark()) {
            return false;
        }
        int today = (int) (lesson.millis() / DAY_MILLIS);
        messages.remove(lesson.message());
        count(lesson.tokens(), before, -1, today);
        count(lesson.tokens(), lesson.mark(), 1, today);
        if (lesson.mark() != Mark.NONE) {
            messages.put(lesson.message(), lesson.mark());
            if (messages.size() > MESSAGES_LIMIT) {
                messages.remove(messages.keySet().iterator().next());
            }
        }
        if (size > limit) {
            expire();
        }
        return true;
    }

    private void count(long[] tokens, Mark mark, int by, int today) {
        switch (mark) {
            case HAM -> hams = Math.max(0, hams + by);
            case SPAM -> spams = Math.max(0, spams + by);
            case NONE -> {
                return;
            }
        }
        for (long token : tokens) {
            int slot = slot(token);
            if (day[slot] == 0) {
                if (by < 0) {
                    continue;
                }
                if (size >= keys.length / 4 * 3) {
                    resize(keys.length * 2);
                    slot = slot(token);
                }
                keys[slot] = token;
                size++;
            }
            int[] side = mark == Mark.HAM ? ham : spam;
            side[slot] = Math.max(0, side[slot] + by);
            day[slot] = Math.max(Math.max(day[slot], today), 1);
        }
    }

    /**
     * The place of a token, or the free one where it would be; a place is free while its day is 0. Tokens lie in their
     * order, so that reading or writing all of them goes through memory once.
     */
    private int slot(long token) {
        int mask = keys.length - 1;
        int slot = (int) (token >>> Long.numberOfLeadingZeros(mask));
        while (day[slot] != 0 && keys[slot] != token) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void resize(int capacity) {
        long[] oldKeys = keys;
        int[] oldHam = ham;
        int[] oldSpam = spam;
        int[] oldDay = day;
        keys = new long[capacity];
        ham = new int[capacity];
        spam = new int[capacity];
        day = new int[capacity];
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldDay[i] != 0) {
                put(oldKeys[i], oldHam[i], oldSpam[i], oldDay[i]);
            }
        }
    }

    private void put(long token, int inHam, int inSpam, int seen) {
        int slot = slot(token);
        keys[slot] = token;
        ham[slot] = inHam;
        spam[slot] = inSpam;
        day[slot] = seen;
        size++;
    }

    private void expire() {
        long[] ranks = new long[size];
        int n = 0;
        for (int i = 0; i < keys.length; i++) {
            if (day[i] != 0) {
                ranks[n++] = rank(i);
            }
        }
        Arrays.sort(ranks);
        long last = ranks[size - limit / 4 * 3 - 1];
        for (int i = 0; i < keys.length; i++) {
            if (day[i] != 0 && rank(i) <= last) {
                day[i] = 0;
            }
        }
        resize(keys.length);
    }

    /** What goes first has the lowest; the token's own digest parts those of a day. */
    private long rank(int slot) {
        int worth = ham[slot] + spam[slot];
        long days = worth == 0 ? 0 : (long) day[slot] + (worth > 1 ? REPEATED_DAYS : 0);
        return days << RANK_SHIFT | keys[slot] >>> (Long.SIZE - RANK_SHIFT);
    }

    /** Writes the binary form, equal for equal tables, with its version. */
    public void write(BinaryWriter to) {
        to.u8(VERSION).varint(hams).varint(spams).varint(messages.size());
        messages.forEach((message, mark) -> to.i64(message).u8(mark.ordinal()));
        to.varint(size);
        long[] sorted = new long[size];
        int n = 0;
        for (int i = 0; i < keys.length; i++) {
            if (day[i] != 0) {
                sorted[n++] = keys[i];
            }
        }
        Arrays.sort(sorted);
        for (long token : sorted) {
            int slot = slot(token);
            to.i64(token).varint(ham[slot]).varint(spam[slot]).varint(day[slot]);
        }
    }

    /**
     * Reads the binary form.
     *
     * @throws Malformed if it is not one, or of an unknown version
     */
    public static TokenTable read(BinaryReader from, int limit) {
        int version = from.u8();
        if (version != VERSION) {
            throw new Malformed("a table of token counts of version " + version + " is not known here");
        }
        TokenTable table = new TokenTable(limit);
        table.hams = from.count();
        table.spams = from.count();
        Mark[] marks = Mark.values();
        for (int left = from.count(); left > 0; left--) {
            long message = from.i64();
            int mark = from.u8();
            if (mark >= marks.length) {
                throw new Malformed("a learned message has no mark " + mark);
            }
            table.messages.put(message, marks[mark]);
        }
        int count = from.count();
        if (count > from.remaining()) {
            throw new Malformed("a table of token counts ends early");
        }
        table.resize(Math.max(1024, Integer.highestOneBit(count) * 4));
        for (int i = 0; i < count; i++) {
            long token = from.i64();
            int inHam = from.count();
            int inSpam = from.count();
            table.put(token, inHam, inSpam, Math.max(1, from.count()));
        }
        return table;
    }
}

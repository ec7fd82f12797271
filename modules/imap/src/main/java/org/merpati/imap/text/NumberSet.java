package org.merpati.imap.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.merpati.kernel.Malformed;

/**
 * A sequence set (RFC 9051 §9): ranges of numbers, ascending and apart from each other, at most {@link #LIMIT}. The
 * last one may end with {@link #STAR}, the largest number in use, and may overlap those before it.
 */
public record NumberSet(List<Range> ranges) {
    public static final long STAR = Long.MAX_VALUE;
    public static final int LIMIT = 20_000;
    /** {@code $}, the result that the session keeps (RFC 5182 §2.1); it has no ranges. */
    public static final NumberSet SAVED = new NumberSet(List.of());

    private static final long MOST = 0xffff_ffffL;

    /** Both ends belong to it; the first may be larger than what {@link #STAR} stands for. */
    public record Range(long first, long last) {
        private boolean starred() {
            return last == STAR;
        }

        private long low(long star) {
            return Math.min(first == STAR ? star : first, last == STAR ? star : last);
        }

        private long high(long star) {
            return Math.max(first == STAR ? star : first, last == STAR ? star : last);
        }
    }

    /**
     * @param ranges as they were written
     */
    public NumberSet {
        ranges = ordered(ranges);
    }

    /** The ranges in order, neighbours joined; of those with a star, which all end there, the longest at the end. */
    private static List<Range> ordered(List<Range> written) {
        List<Range> apart = new ArrayList<>();
        long starred = -1;
        List<Range> turned = written.stream()
                .map(r -> new Range(Math.min(r.first, r.last), Math.max(r.first, r.last)))
                .sorted(Comparator.comparingLong(Range::first))
                .toList();
        for (Range range : turned) {
            if (range.starred()) {
                starred = starred < 0 ? range.first : starred;
            } else if (!apart.isEmpty() && apart.getLast().last >= range.first - 1) {
                Range before = apart.removeLast();
                apart.add(new Range(before.first, Math.max(before.last, range.last)));
            } else {
                apart.add(range);
            }
        }
        if (starred >= 0) {
            apart.add(new Range(starred, STAR));
        }
        return List.copyOf(apart);
    }

    public static NumberSet parse(Parser parser) {
        if (parser.take('$')) {
            return SAVED;
        }
        List<Range> ranges = new ArrayList<>();
        do {
            if (ranges.size() == LIMIT) {
                throw new Malformed("a set has at most " + LIMIT + " ranges");
            }
            long first = number(parser);
            ranges.add(new Range(first, parser.take(':') ? number(parser) : first));
        } while (parser.take(','));
        return new NumberSet(ranges);
    }

    /** Whether it is {@link #SAVED}. */
    public boolean saved() {
        return ranges.isEmpty();
    }

    private static long number(Parser parser) {
        if (parser.take('*')) {
            return STAR;
        }
        long number = parser.number(MOST);
        if (number == 0) {
            throw new Malformed("a message number is at least 1");
        }
        return number;
    }

    /** Whether a number belongs to it. */
    public boolean contains(long number, long star) {
        int high = ranges.size();
        if (high > 0 && ranges.getLast().starred()) {
            Range last = ranges.get(--high);
            if (number >= last.low(star) && number <= last.high(star)) {
                return true;
            }
        }
        int low = 0;
        while (low < high) {
            int middle = (low + high) >>> 1;
            Range range = ranges.get(middle);
            if (number < range.first) {
                high = middle;
            } else if (number > range.last) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /**
     * The sequence numbers that are meant, ascending.
     *
     * @throws Malformed if it names a sequence number that is not there; a UID may be missing
     */
    public int[] resolve(Numbers view, boolean uid) {
        if (saved()) {
            return view.saved();
        }
        int size = view.size();
        if (ranges.size() == 1) {
            return range(ranges.getFirst(), view, uid);
        }
        BitSet meant = new BitSet(size + 1);
        for (Range range : ranges) {
            int[] bounds = bounds(range, view, uid);
            meant.set(bounds[0], Math.max(bounds[0], bounds[1] + 1));
        }
        return meant.stream().toArray();
    }

    private static int[] range(Range range, Numbers view, boolean uid) {
        int[] bounds = bounds(range, view, uid);
        int[] meant = new int[Math.max(0, bounds[1] - bounds[0] + 1)];
        for (int i = 0; i < meant.length; i++) {
            meant[i] = bounds[0] + i;
        }
        return meant;
    }

    private static int[] bounds(Range range, Numbers view, boolean uid) {
        int size = view.size();
        if (uid) {
            long star = size == 0 ? 0 : view.uid(size);
            int low = view.firstAtLeast(range.low(star));
            int high = view.firstAtLeast(range.high(star) + 1) - 1;
            return new int[] {low, high};
        }
        if (range.starred()) {
            return new int[] {size == 0 ? 1 : (int) range.low(size), size};
        }
        long low = range.first;
        long high = range.last;
        if (high > size) {
            throw new Malformed("there is no message " + high + ": the mailbox has " + size);
        }
        return new int[] {(int) low, (int) high};
    }

    /** UIDs as the text of a set; runs of neighbours become ranges. */
    public static String text(List<Long> uids) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < uids.size()) {
            int end = at;
            while (end + 1 < uids.size() && uids.get(end + 1) == uids.get(end) + 1) {
                end++;
            }
            text.append(at > 0 ? "," : "").append(uids.get(at));
            if (end > at) {
                text.append(':').append(uids.get(end));
            }
            at = end + 1;
        }
        return text.toString();
    }
}

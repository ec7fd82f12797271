package org.merpati.imap;

import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.Malformed;

/**
 * A sequence set as written (RFC 9051 §9): ranges of numbers, in which {@link #STAR} is the largest number in use.
 * At most {@link #LIMIT} ranges.
 */
record NumberSet(List<Range> ranges) {
    static final long STAR = Long.MAX_VALUE;
    static final int LIMIT = 20_000;
    private static final long MOST = 0xffff_ffffL;

    /** Both ends belong to it; the first may be the larger one. */
    record Range(long first, long last) {
        private long low(long star) {
            return Math.min(first == STAR ? star : first, last == STAR ? star : last);
        }

        private long high(long star) {
            return Math.max(first == STAR ? star : first, last == STAR ? star : last);
        }
    }

    NumberSet {
        ranges = List.copyOf(ranges);
    }

    static NumberSet parse(Parser parser) {
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
    boolean contains(long number, long star) {
        for (Range range : ranges) {
            if (number >= range.low(star) && number <= range.high(star)) {
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
    int[] resolve(Selected view, boolean uid) {
        int size = view.size();
        if (ranges.size() == 1) {
            return range(ranges.getFirst(), view, uid);
        }
        java.util.BitSet meant = new java.util.BitSet(size + 1);
        for (Range range : ranges) {
            int[] bounds = bounds(range, view, uid);
            meant.set(bounds[0], Math.max(bounds[0], bounds[1] + 1));
        }
        return meant.stream().toArray();
    }

    private static int[] range(Range range, Selected view, boolean uid) {
        int[] bounds = bounds(range, view, uid);
        int[] meant = new int[Math.max(0, bounds[1] - bounds[0] + 1)];
        for (int i = 0; i < meant.length; i++) {
            meant[i] = bounds[0] + i;
        }
        return meant;
    }

    private static int[] bounds(Range range, Selected view, boolean uid) {
        int size = view.size();
        if (uid) {
            long star = size == 0 ? 0 : view.uid(size);
            int low = view.firstAtLeast(range.low(star));
            int high = view.firstAtLeast(range.high(star) + 1) - 1;
            return new int[] {low, high};
        }
        boolean starred = range.first == STAR || range.last == STAR;
        long low = range.low(size);
        long high = range.high(size);
        if (size == 0 && starred) {
            return new int[] {1, 0};
        }
        if (high > size) {
            throw new Malformed("there is no message " + high + ": the mailbox has " + size);
        }
        return new int[] {(int) low, (int) high};
    }

    /** UIDs as the text of a set; runs of neighbours become ranges. */
    static String text(List<Long> uids) {
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

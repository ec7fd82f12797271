package org.merpati.filter.regex;

import java.util.Arrays;
import java.util.Comparator;

/**
 * How what an expression matches may begin: for each of the first places the octets that may stand there, and how long
 * a match that ends among them may be.
 */
final class Prefix {
    private static final int LENGTH = Windows.LENGTH;
    private static final int WORDS = OctetSet.SIZE / Long.SIZE;
    /** That it may be as long as all places or longer. */
    private static final int LONG = 1 << LENGTH;

    static final Prefix NOTHING = new Prefix(new long[LENGTH * WORDS], 1);
    static final Prefix ANYTHING = anything();

    /** Puts those next to each other that begin alike. */
    static final Comparator<Prefix> LIKENESS = (one, other) -> Arrays.compareUnsigned(one.bits, other.bits);

    private final long[] bits;
    /** The lengths it may have, a bit each. */
    private final int ends;

    private Prefix(long[] bits, int ends) {
        this.bits = bits;
        this.ends = ends;
    }

    private static Prefix anything() {
        long[] bits = new long[LENGTH * WORDS];
        Arrays.fill(bits, -1L);
        return new Prefix(bits, 2 * LONG - 1);
    }

    /** How matches of a tree may begin. */
    static Prefix of(Tree tree) {
        return switch (tree) {
            case Tree.Octet octet -> of(octet.set());
            case Tree.Sequence sequence -> {
                Prefix all = NOTHING;
                for (Tree part : sequence.parts()) {
                    all = all.open() ? all.then(of(part)) : all;
                }
                yield all;
            }
            case Tree.Choice choice -> {
                Prefix all = of(choice.parts().getFirst());
                for (Tree part : choice.parts().subList(1, choice.parts().size())) {
                    all = all.or(of(part));
                }
                yield all;
            }
            case Tree.Repeat repeat -> of(repeat.part()).times(repeat.least(), repeat.most());
            case Tree.Group group -> of(group.part());
            case Tree.Common common -> common.prefix();
            case Tree.Atomic atomic -> of(atomic.part());
            case Tree.Look look -> NOTHING;
            case Tree.At at -> NOTHING;
            case Tree.Back back -> ANYTHING;
            case Tree.Insert insert -> ANYTHING;
        };
    }

    private static Prefix of(OctetSet set) {
        long[] bits = new long[LENGTH * WORDS];
        for (int i = 0; i < WORDS; i++) {
            bits[i] = set.word(i);
        }
        return new Prefix(bits, 2);
    }

    /** Whether it may end before the last place. */
    boolean open() {
        return ends != LONG;
    }

    /** Whether it may be as long as all places. */
    boolean mayBeLong() {
        return (ends & LONG) != 0;
    }

    /** This and then another. */
    Prefix then(Prefix next) {
        if (ends == 1) {
            return next;
        }
        long[] joined = bits.clone();
        int lengths = ends & LONG;
        for (int end = 0; end < LENGTH; end++) {
            if ((ends >> end & 1) == 0) {
                continue;
            }
            for (int i = end * WORDS; i < joined.length; i++) {
                joined[i] |= next.bits[i - end * WORDS];
            }
            int moved = next.ends << end;
            lengths |= (moved & (LONG - 1)) | (moved >= LONG ? LONG : 0);
        }
        return new Prefix(joined, lengths);
    }

    /** This or another. */
    Prefix or(Prefix other) {
        long[] both = bits.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] |= other.bits[i];
        }
        return new Prefix(both, ends | other.ends);
    }

    /**
     * This again and again.
     *
     * @param most -1 for any number
     */
    Prefix times(int least, int most) {
        Prefix all = NOTHING;
        for (int i = 0; i < Math.min(least, LENGTH) && all.open(); i++) {
            all = all.then(this);
        }
        Prefix some = all;
        int more = most < 0 ? LENGTH : Math.min(LENGTH, most - least);
        for (int i = 0; i < more && all.open(); i++) {
            all = all.then(this);
            some = some.or(all);
        }
        return some;
    }

    /** Whether an octet may stand at a place. */
    boolean has(int place, int octet) {
        return (bits[place * WORDS + (octet >> 6)] >>> (octet & 63) & 1) != 0;
    }

    private double sum(int place, double[] shares) {
        double sum = 0;
        for (int word = 0; word < WORDS; word++) {
            long left = bits[place * WORDS + word];
            if (left == -1L) {
                sum += word < 2 ? 0.5 : 0;
                continue;
            }
            while (left != 0) {
                sum += shares[word * Long.SIZE + Long.numberOfTrailingZeros(left)];
                left &= left - 1;
            }
        }
        return sum;
    }

    /** What part of the places of a text it may stand at, by the shares of the octets. */
    double share(double[] shares) {
        double product = 1;
        for (int place = 0; place < LENGTH; place++) {
            product *= Math.min(1, sum(place, shares));
        }
        return product;
    }
}

package org.merpati.filter.waves;

import java.util.Arrays;

/**
 * A set of features in a few numbers such that sets which share most of their features share numbers (min-wise hashing
 * in bands, Broder 1997): each band is a digest of the least values that several hash functions take on the set.
 */
final class Sketch {
    /** How many numbers a set gives. */
    static final int BANDS = 10;

    /** How many hash functions a band is of: two sets share it with the fourth power of what they have in common. */
    private static final int ROWS = 4;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long[] least = new long[BANDS * ROWS];
    private int features;

    Sketch() {
        Arrays.fill(least, Long.MAX_VALUE);
    }

    /** Adds a feature, a digest of 64 bits. */
    void add(long feature) {
        features++;
        long value = feature;
        for (int i = 0; i < least.length; i++) {
            value = mix(value + GOLDEN);
            least[i] = Math.min(least[i], value);
        }
    }

    /** How many features were added. */
    int features() {
        return features;
    }

    /** The numbers of the bands; kinds of sets are kept apart by their salt. */
    long[] bands(long salt) {
        long[] bands = new long[BANDS];
        for (int band = 0; band < BANDS; band++) {
            long digest = mix(salt + band);
            for (int row = 0; row < ROWS; row++) {
                digest = mix(digest ^ least[band * ROWS + row]);
            }
            bands[band] = digest;
        }
        return bands;
    }

    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}

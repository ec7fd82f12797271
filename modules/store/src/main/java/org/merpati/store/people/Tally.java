package org.merpati.store.people;

import java.util.Optional;

/**
 * A thing that is counted for an account in one of two ways, and the marks that it bears: so many things of either side
 * bear a mark. What the marks mean is the caller's to know.
 *
 * @param thing a digest, by which the same thing is known again: told a second time, it counts on the side it is on now
 * @param side which side it is on, or nothing to take it back
 * @param marks digests, each once; at most {@link #LIMIT}
 * @param day the day on which it was told, since 1970 (UTC): what was not told for the longest is forgotten first
 */
public record Tally(long thing, Optional<Side> side, long[] marks, int day) {
    /** The most marks that a thing bears. */
    public static final int LIMIT = 4_096;

    /** One of the two ways. */
    public enum Side {
        FIRST,
        SECOND
    }

    /**
     * How often marks were counted.
     *
     * @param first the things on the first side in all
     * @param second those on the second
     * @param ofFirst for each mark asked for, in order: the things of the first side that bear it
     * @param ofSecond likewise of the second
     */
    public record Counts(int first, int second, int[] ofFirst, int[] ofSecond) {}

    public Tally {
        if (marks.length > LIMIT) {
            throw new IllegalArgumentException("a thing bears " + marks.length + " marks, more than " + LIMIT);
        }
    }
}

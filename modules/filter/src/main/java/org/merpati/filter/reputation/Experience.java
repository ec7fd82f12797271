package org.merpati.filter.reputation;

import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * How many messages of an origin were wanted, and how many were not.
 *
 * @param origin its digest, as {@link Origins#key} makes it
 */
public record Experience(long origin, int wanted, int unwanted) {
    /** The most messages on either side that one experience stands for; more count no more. */
    public static final int LIMIT = 1_000;

    public Experience {
        wanted = Math.clamp(wanted, 0, LIMIT);
        unwanted = Math.clamp(unwanted, 0, LIMIT);
    }

    /** This one and another of the same origin. */
    public Experience and(Experience other) {
        return new Experience(origin, wanted + other.wanted, unwanted + other.unwanted);
    }

    /** Writes the binary form. */
    public void write(BinaryWriter to) {
        to.i64(origin).varint(wanted).varint(unwanted);
    }

    /**
     * Reads the binary form.
     *
     * @throws org.merpati.kernel.Malformed if it ends early
     */
    public static Experience read(BinaryReader from) {
        return new Experience(from.i64(), from.count(), from.count());
    }
}

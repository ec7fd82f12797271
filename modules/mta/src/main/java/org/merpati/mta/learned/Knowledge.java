package org.merpati.mta.learned;

import java.util.List;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Opinion;
import org.merpati.filter.waves.Sighting;

/** What the cluster knows of spam, as this node has it, and the way to tell it more. */
public interface Knowledge {
    /** How often everybody's filter has seen tokens; at once, from memory. */
    Counts words(long[] tokens);

    /** How much was reported of a sketch; at once, from memory (see {@link org.merpati.filter.waves.Waves}). */
    int wave(long[] sketch, int today);

    /**
     * On which day one of our people last wrote to somebody; at once, from memory.
     *
     * @param pair as {@link org.merpati.filter.known.Correspondents#pair} makes it
     * @return the day since 1970 (UTC), or {@link org.merpati.filter.known.Correspondents#NEVER}
     */
    int lastLetter(long pair);

    /**
     * Takes note of letters.
     *
     * @throws org.merpati.kernel.TryLater if it cannot be told now
     */
    void wrote(List<Long> pairs, int day);

    /**
     * What is thought of an origin; at once, from memory.
     *
     * @param origin as {@link org.merpati.filter.reputation.Origins#key} makes it
     */
    Opinion opinion(long origin, int today);

    /**
     * Tells all what became of mail.
     *
     * @throws org.merpati.kernel.TryLater if it cannot be told now
     */
    void experienced(List<Experience> experiences, int today);

    /**
     * Reports a message to all.
     *
     * @throws org.merpati.kernel.TryLater if it cannot be told now
     */
    void report(Sighting sighting);
}

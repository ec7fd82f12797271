package org.merpati.mta.learned;

import java.util.List;
import org.merpati.filter.bayes.Counts;
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
     * Reports a message to all.
     *
     * @throws org.merpati.kernel.TryLater if it cannot be told now
     */
    void report(Sighting sighting);
}

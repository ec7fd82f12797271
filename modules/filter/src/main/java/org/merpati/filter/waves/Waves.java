package org.merpati.filter.waves;

/** What is known of waves, wherever it is kept. Safe for use by many threads. */
@FunctionalInterface
public interface Waves {
    /**
     * How much was reported of a sketch; see {@link WaveTable#weight}. It answers at once, from memory.
     *
     * @param today the day, since 1970 (UTC)
     */
    int weight(long[] sketch, int today);
}

package org.merpati.kernel;

import java.util.random.RandomGenerator;

/** Makes {@link Id}s from a clock and a source of chance. Safe for many threads. */
public final class Ids {
    private final Clock clock;
    private final RandomGenerator chance;

    public Ids(Clock clock, RandomGenerator chance) {
        this.clock = clock;
        this.chance = chance;
    }

    /** The source that a running node uses: the system's clock and its secure random numbers. */
    public static Ids secure(Clock clock) {
        return new Ids(clock, new java.security.SecureRandom());
    }

    /** A new id. */
    public synchronized Id next() {
        return new Id((clock.millis() << 16) | (chance.nextInt() & 0xffff), chance.nextLong());
    }
}

package org.merpati.kernel;

import java.time.Duration;

/** Time as a parameter: what people see, and what leases are measured with. */
public interface Clock {
    /** Wall time in UTC milliseconds; it may jump. */
    long millis();

    /** Monotonic time in nanoseconds, of no fixed origin. */
    long nanos();

    /** The day of a time in UTC milliseconds, since 1970. */
    static int day(long millis) {
        return (int) Duration.ofMillis(millis).toDays();
    }

    /** The machine's own clock. */
    static Clock system() {
        return new Clock() {
            @Override
            public long millis() {
                return System.currentTimeMillis();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }
        };
    }
}

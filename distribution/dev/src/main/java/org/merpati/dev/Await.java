package org.merpati.dev;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.merpati.kernel.TryLater;

/** Waiting for a condition, with a deadline. */
public final class Await {
    private static final long SHORTEST_NANOS = 10_000_000;
    private static final long LONGEST_NANOS = 200_000_000;

    private Await() {}

    /**
     * Looks again and again until a condition holds, ever more rarely: a look may cost the others time.
     *
     * @param what the condition in words; asked for when it did not come true
     * @throws TryLater if it does not hold before the limit
     */
    public static void until(Supplier<String> what, Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        long pause = SHORTEST_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new TryLater("not within " + limit.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(LONGEST_NANOS, pause + pause / 4);
        }
    }
}

package org.merpati.journal;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.merpati.kernel.TryLater;

/** Waits for a condition, with a deadline. */
final class Await {
    private Await() {}

    /** Waits until it holds, at most the limit. */
    static void until(String what, Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("after " + limit + " it still does not hold that " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /** Whether it holds at no time that is looked at. */
    static boolean never(Duration span, BooleanSupplier condition) {
        long end = System.nanoTime() + span.toNanos();
        while (System.nanoTime() - end < 0) {
            if (condition.getAsBoolean()) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        return true;
    }

    /** Tries again until it is not too early any more. */
    static <T> T answer(Duration limit, Supplier<T> attempt) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return attempt.get();
            } catch (TryLater e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        }
    }
}

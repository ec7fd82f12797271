package org.merpati.console;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.merpati.kernel.Clock;

/** The machine's clock, and as much later as a test wants. */
final class ShiftedClock implements Clock {
    private final AtomicLong shiftNanos = new AtomicLong();

    void pass(Duration time) {
        shiftNanos.addAndGet(time.toNanos());
    }

    @Override
    public long millis() {
        return System.currentTimeMillis() + shiftNanos.get() / 1_000_000;
    }

    @Override
    public long nanos() {
        return System.nanoTime() + shiftNanos.get();
    }
}

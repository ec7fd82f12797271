package org.merpati.mta;

import java.util.concurrent.atomic.AtomicLong;
import org.merpati.kernel.Clock;

/** A clock that is set by hand. */
final class TestClock implements Clock {
    private final AtomicLong millis = new AtomicLong(1_750_000_000_000L);

    @Override
    public long millis() {
        return millis.get();
    }

    @Override
    public long nanos() {
        return millis.get() * 1_000_000;
    }

    void pass(long more) {
        millis.addAndGet(more);
    }
}

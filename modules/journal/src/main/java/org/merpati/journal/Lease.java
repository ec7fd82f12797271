package org.merpati.journal;

import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Epoch;

/**
 * How long a leader may answer without asking its peers: a span on the monotonic clock, counted from the start of a
 * barrier that succeeded, of half the shortest election time-out, and only for the epoch of that barrier.
 */
final class Lease {
    /** A barrier that succeeded. */
    private record Held(Epoch epoch, long since) {}

    private final Clock clock;
    private final long spanNanos;
    private volatile @Nullable Held held;

    Lease(Clock clock, long spanNanos) {
        this.clock = clock;
        this.spanNanos = spanNanos;
    }

    /** Extends the lease from the start of a barrier that succeeded. */
    synchronized void extend(Epoch epoch, long sinceNanos) {
        Held old = held;
        if (old == null || epoch.after(old.epoch) || (old.epoch.equals(epoch) && sinceNanos - old.since > 0)) {
            held = new Held(epoch, sinceNanos);
        }
    }

    /** Whether it is held in that epoch now. */
    boolean holds(Epoch epoch) {
        Held now = held;
        return now != null && now.epoch.equals(epoch) && clock.nanos() - now.since < spanNanos;
    }
}

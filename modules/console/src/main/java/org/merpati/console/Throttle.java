package org.merpati.console;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.merpati.kernel.Clock;

/**
 * Slows down those who guess passwords. From the fifth failure in a row on, an address waits one second more each time,
 * up to a minute; after a quarter of an hour without a try, and after a success, its failures are forgotten. A try
 * counts as a failure until it has succeeded, so that tries at the same time gain nothing.
 */
final class Throttle {
    static final int FREE = 5;
    private static final int REMEMBERED = 10_000;
    private static final int LONGEST_SECONDS = 60;
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long FORGOTTEN_NANOS = Duration.ofMinutes(15).toNanos();

    private record Failures(int count, long lastNanos) {}

    private final Clock clock;
    private final Map<String, Failures> byAddress = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > REMEMBERED;
        }
    };

    Throttle(Clock clock) {
        this.clock = clock;
    }

    /**
     * Begins a try.
     *
     * @return 0 if it may be made, and then counts; else how many seconds are left to wait
     */
    synchronized int begin(String address) {
        long now = clock.nanos();
        String key = network(address);
        Failures before = byAddress.get(key);
        if (before == null || now - before.lastNanos() > FORGOTTEN_NANOS) {
            byAddress.put(key, new Failures(1, now));
            return 0;
        }
        long wait = Math.clamp(before.count() - FREE + 1, 0, LONGEST_SECONDS) * SECOND_NANOS;
        long left = before.lastNanos() + wait - now;
        if (left > 0) {
            return (int) ((left + SECOND_NANOS - 1) / SECOND_NANOS);
        }
        byAddress.put(key, new Failures(before.count() + 1, now));
        return 0;
    }

    /** The try succeeded. */
    synchronized void succeeded(String address) {
        byAddress.remove(network(address));
    }

    /** The try could not be judged and does not count. */
    synchronized void undone(String address) {
        byAddress.computeIfPresent(
                network(address), (key, failures) -> new Failures(failures.count() - 1, failures.lastNanos()));
    }

    /** What one party holds: an IPv4 address, or the /64 of an IPv6 address. */
    private static String network(String address) {
        String bare = address.replace("[", "").replace("]", "");
        try {
            byte[] octets = java.net.InetAddress.ofLiteral(bare).getAddress();
            return octets.length == 4 ? bare : java.util.HexFormat.of().formatHex(octets, 0, 8);
        } catch (IllegalArgumentException notNumeric) {
            return bare;
        }
    }
}

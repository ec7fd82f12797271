package org.merpati.dev.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The faults of this JVM's disk, by folder. A path is below a folder by its names: links are not followed. */
public final class DiskFaults {
    private static volatile @Nullable DiskFaults installed;

    /** A freeze: channels born before it are dropped for ever, all others while it is not lifted. */
    private record Freeze(long born, boolean lifted) {}

    private final AtomicLong clock = new AtomicLong();
    private final Map<Path, Freeze> freezes = new ConcurrentHashMap<>();
    private final Map<Path, AtomicInteger> failing = new ConcurrentHashMap<>();
    private final Map<Path, Boolean> full = new ConcurrentHashMap<>();

    DiskFaults() {}

    /** Those of this JVM, if it runs on {@link DiskProvider}. */
    public static Optional<DiskFaults> installed() {
        return Optional.ofNullable(installed);
    }

    static void install(DiskFaults faults) {
        installed = faults;
    }

    private static Path plain(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /**
     * From this instant every change below the folder is dropped without a word, and every sync fails: a thread that
     * lives on can promise nothing. What is open now stays so for ever. A thread that lives on past the {@link #thaw}
     * and opens a file anew is not caught.
     */
    public void freeze(Path folder) {
        freezes.put(plain(folder), new Freeze(clock.incrementAndGet(), false));
    }

    /** Lets what is opened from now on through again. */
    public void thaw(Path folder) {
        freezes.computeIfPresent(plain(folder), (path, freeze) -> new Freeze(freeze.born(), true));
    }

    /** Fails the n-th sync below the folder that is asked for from now on, once. */
    public void failForce(Path folder, int nth) {
        failing.put(plain(folder), new AtomicInteger(nth));
    }

    /** Refuses writes below the folder as a full disk does, until it is {@link #lift lifted}. */
    public void fill(Path folder) {
        full.put(plain(folder), true);
    }

    /** Ends what {@link #fill} and {@link #failForce} began. */
    public void lift(Path folder) {
        full.remove(plain(folder));
        failing.remove(plain(folder));
    }

    /** The instant at which a channel is opened, for {@link #frozen(Path, long)}. */
    long instant() {
        return clock.get();
    }

    /** Whether a change by a channel of that instant is dropped. */
    boolean frozen(Path path, long instant) {
        if (freezes.isEmpty()) {
            return false;
        }
        Path plain = plain(path);
        return freezes.entrySet().stream()
                .anyMatch(e -> plain.startsWith(e.getKey())
                        && (!e.getValue().lifted() || instant < e.getValue().born()));
    }

    /** Whether a change of names is dropped now. */
    boolean frozen(Path path) {
        return frozen(path, Long.MAX_VALUE);
    }

    void beforeWrite(Path path) throws IOException {
        if (!full.isEmpty() && full.keySet().stream().anyMatch(plain(path)::startsWith)) {
            throw new IOException("No space left on device");
        }
    }

    /** Whether this sync must fail. */
    boolean failsForce(Path path) {
        boolean fails = false;
        for (Map.Entry<Path, AtomicInteger> rule : failing.entrySet()) {
            fails |= plain(path).startsWith(rule.getKey()) && rule.getValue().decrementAndGet() == 0;
        }
        return fails;
    }
}

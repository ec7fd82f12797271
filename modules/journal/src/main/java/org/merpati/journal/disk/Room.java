package org.merpati.journal.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.merpati.kernel.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much more a group's log may take on this node: what the disk has free, and the bound of the log. At half the
 * bound it alarms with the time left; where there is no room, nothing more should be appended, and nothing is purged
 * that another node may need.
 */
public final class Room {
    private static final Logger LOG = LoggerFactory.getLogger(Room.class);
    private static final long PERIOD_NANOS = Duration.ofMillis(500).toNanos();
    private static final long MIB = 1 << 20;

    private final String group;
    private final Path log;
    private final long bound;
    private final Machine machine;
    private final Clock clock;
    private final Supplier<String> holder;
    private long looked;
    private long baseOctets = -1;
    private long baseNanos;
    private volatile List<String> alarms = List.of();
    private volatile Optional<String> shortage = Optional.empty();

    /**
     * @param log the folder of the log's files
     * @param bound the most octets that the log is to have
     * @param holder what keeps the log from being purged, in words for people
     */
    public Room(String group, Path log, long bound, Machine machine, Clock clock, Supplier<String> holder) {
        this.group = group;
        this.log = log;
        this.bound = bound;
        this.machine = machine;
        this.clock = clock;
        this.holder = holder;
        this.looked = clock.nanos() - PERIOD_NANOS;
    }

    /** What people are to be told; empty most of the time. */
    public List<String> alarms() {
        return alarms;
    }

    /** Why nothing more should be appended here. */
    public Optional<String> shortage() {
        return shortage;
    }

    /** Measures, unless that was done just now. */
    public synchronized void look() {
        long now = clock.nanos();
        if (now - looked < PERIOD_NANOS) {
            return;
        }
        looked = now;
        List<String> found = new ArrayList<>();
        Optional<String> full = Optional.empty();
        try {
            long octets = octets();
            if (octets >= bound) {
                full = Optional.of("its log has reached its bound of " + mib(bound) + ": " + holder.get());
                full.ifPresent(found::add);
            } else if (octets >= bound / 2) {
                found.add("its log has " + mib(octets) + " of at most " + mib(bound) + ", " + left(octets, now) + ": "
                        + holder.get());
            }
            grows(octets, now);
            Machine.Space space = machine.space(log);
            if (space.scarce()) {
                full = Optional.of("its disk has " + mib(space.free()) + " of " + mib(space.total()) + " free, and "
                        + mib(space.keptFree()) + " are kept free; make room or enlarge it");
                full.ifPresent(found::add);
            }
        } catch (IOException e) {
            found.add("it is not known how much room its log has: " + e);
        }
        tell(full);
        shortage = full;
        alarms = List.copyOf(found);
    }

    private void tell(Optional<String> full) {
        if (full.isPresent() && shortage.isEmpty()) {
            LOG.warn("group {} takes no more changes here: {}", group, full.get());
        } else if (full.isEmpty() && shortage.isPresent()) {
            LOG.info("group {} has room again", group);
        }
    }

    private long octets() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(log)) {
            files = all.filter(p -> SegmentFile.of(p).isPresent()).toList();
        }
        long octets = 0;
        for (Path file : files) {
            try {
                octets += Files.size(file);
            } catch (NoSuchFileException e) {
                LOG.trace("{} was purged or closed just now", file, e);
            }
        }
        return octets;
    }

    /** The rate is counted from when the log was last seen to shrink. */
    private void grows(long octets, long now) {
        if (baseOctets < 0 || octets < baseOctets) {
            baseOctets = octets;
            baseNanos = now;
        }
    }

    private String left(long octets, long now) {
        double grown = octets - baseOctets;
        if (baseOctets < 0 || grown <= 0) {
            return "and does not grow now";
        }
        double nanos = (bound - octets) * ((now - baseNanos) / grown);
        long minutes = (long) (nanos / Duration.ofMinutes(1).toNanos());
        return minutes >= 120 ? "full in about " + minutes / 60 + " h" : "full in about " + minutes + " min";
    }

    private static String mib(long octets) {
        return octets / MIB + " MiB";
    }
}

package org.merpati.journal;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.GroupSpec;
import org.merpati.journal.disk.Room;
import org.merpati.kernel.Clock;
import org.merpati.kernel.NodeName;

/**
 * Whether there is room for more entries in a group's log. A voter cannot refuse an entry, so one whose log has no room
 * tells the leader, and the leader takes no changes when there is no majority without such voters. Heartbeats, reads,
 * and the reports of checkpoints that let logs shrink go on.
 */
final class Shortages {
    private static final long BELIEVED_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long REPEAT_NANOS = Duration.ofSeconds(1).toNanos();

    /** A voter's word and when it came. */
    private record Word(String why, long nanos) {}

    private final GroupSpec spec;
    private final NodeName self;
    private final Clock clock;
    private final BiConsumer<NodeName, String> tell;
    private final Map<NodeName, Word> words = new ConcurrentHashMap<>();
    private volatile @Nullable Room room;
    private volatile Optional<String> refusal = Optional.empty();
    private volatile String told = "";
    private volatile long toldNanos;

    /**
     * @param tell tells the leader why there is no room here; an empty text says that there is
     */
    Shortages(GroupSpec spec, NodeName self, Clock clock, BiConsumer<NodeName, String> tell) {
        this.spec = spec;
        this.self = self;
        this.clock = clock;
        this.tell = tell;
    }

    /** Takes the room that the log has here. */
    void room(Room here) {
        room = here;
    }

    /** Takes a voter's word; an empty one says that it has room. */
    void heard(NodeName from, String why) {
        if (why.isEmpty()) {
            words.remove(from);
        } else {
            words.put(from, new Word(why, clock.nanos()));
        }
    }

    /**
     * Looks at the room here, on the leader.
     *
     * @param present finds the other voters that answer; asked only while one of them has no room
     */
    void lookLeading(Supplier<Collection<NodeName>> present) {
        Room here = room;
        if (here != null) {
            here.look();
            refusal = refusal(here.shortage(), present);
        }
    }

    /** Looks at the room here, on another voter, and tells the leader. */
    void lookFollowing(Optional<NodeName> leader) {
        Room here = room;
        if (here == null) {
            return;
        }
        here.look();
        refusal = Optional.empty();
        String why = here.shortage().orElse("");
        boolean known = why.equals(told) && (why.isEmpty() || clock.nanos() - toldNanos < REPEAT_NANOS);
        Optional<NodeName> other = leader.filter(n -> !n.equals(self));
        if (!known && other.isPresent()) {
            told = why;
            toldNanos = clock.nanos();
            tell.accept(other.get(), why);
        }
    }

    /** Why the leader takes no changes; empty if it does. */
    Optional<String> refusal() {
        return refusal;
    }

    /** What people are to be told; empty most of the time. */
    List<String> alarms() {
        Room here = room;
        List<String> own = here == null ? List.of() : here.alarms();
        return refusal.filter(why -> here == null || here.shortage().isEmpty())
                .map(why -> List.of("it takes no changes: " + why))
                .orElse(own);
    }

    private Optional<String> refusal(Optional<String> own, Supplier<Collection<NodeName>> present) {
        if (own.isPresent()) {
            return own.map(why -> "on node " + self + " " + why);
        }
        words.values().removeIf(w -> clock.nanos() - w.nanos > BELIEVED_NANOS);
        if (words.isEmpty()) {
            return Optional.empty();
        }
        long roomy =
                1 + present.get().stream().filter(n -> !words.containsKey(n)).count();
        if (roomy > spec.voters().size() / 2) {
            return Optional.empty();
        }
        return words.entrySet().stream()
                .findFirst()
                .map(w -> "on node " + w.getKey() + " " + w.getValue().why());
    }
}

package org.merpati.journal;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.merpati.cluster.GroupSpec;
import org.merpati.kernel.Clock;
import org.merpati.kernel.NodeName;

/**
 * What the leader has heard from voters whose logs have no room. It takes no changes when there is no majority without
 * them: a voter cannot refuse an entry, so the leader must not send it any. Heartbeats, reads, and the reports of
 * checkpoints that let logs shrink go on.
 */
final class Shortages {
    private static final long BELIEVED_NANOS = Duration.ofSeconds(5).toNanos();

    /** A voter's word and when it came. */
    private record Word(String why, long nanos) {}

    private final GroupSpec spec;
    private final NodeName self;
    private final Clock clock;
    private final Map<NodeName, Word> words = new ConcurrentHashMap<>();

    Shortages(GroupSpec spec, NodeName self, Clock clock) {
        this.spec = spec;
        this.self = self;
        this.clock = clock;
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
     * Why the leader takes no changes; empty if it does.
     *
     * @param own why this node has no room
     * @param present the other voters that answer
     */
    Optional<String> refusal(Optional<String> own, Collection<NodeName> present) {
        if (own.isPresent()) {
            return own.map(why -> "on node " + self + " " + why);
        }
        words.values().removeIf(w -> clock.nanos() - w.nanos > BELIEVED_NANOS);
        long roomy = 1 + present.stream().filter(n -> !words.containsKey(n)).count();
        if (roomy > spec.voters().size() / 2) {
            return Optional.empty();
        }
        return words.entrySet().stream()
                .findFirst()
                .map(w -> "on node " + w.getKey() + " " + w.getValue().why());
    }
}

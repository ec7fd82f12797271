package org.merpati.journal;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.GroupSpec;
import org.merpati.cluster.NodeChannel;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a checkpoint from another data node of the group, never from the witness: asks all of them, takes the newest
 * that is new enough, fetches what is not here yet, and makes it the state when every file was verified.
 */
final class CheckpointFetch implements DataReplica.Source {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFetch.class);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(10);
    private static final Duration FILE_LIMIT = Duration.ofMinutes(2);

    private final GroupSpec spec;
    private final NodeName self;
    private final NodeChannel channel;
    private final Clock clock;

    CheckpointFetch(GroupSpec spec, NodeName self, NodeChannel channel, Clock clock) {
        this.spec = spec;
        this.self = self;
        this.channel = channel;
        this.clock = clock;
    }

    /** An offer and who made it. */
    private record From(NodeName node, CheckpointOffer offer) {}

    @Override
    public CompletableFuture<@Nullable TermIndex> install(DataReplica into, long needed) {
        CompletableFuture<@Nullable TermIndex> done = new CompletableFuture<>();
        Thread.ofVirtual().name("journal-catch-up-" + spec.name()).start(() -> {
            try {
                done.complete(fetch(into, Math.max(needed, into.checkpointed()), false));
            } catch (IOException | RuntimeException e) {
                LOG.warn(
                        "group {}: no checkpoint was installed on node {}, it will be tried again: {}",
                        spec.name(),
                        self,
                        e.getMessage());
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /**
     * Installs a checkpoint at or above an index; null if no other data node offers one.
     *
     * @param mending whether files of this copy may be damaged, and all of them are read
     * @throws IOException if it cannot be fetched or made the state; the old state then stays
     */
    @Nullable
    TermIndex fetch(DataReplica into, long needed, boolean mending) throws IOException {
        List<From> offers = new ArrayList<>();
        try {
            for (NodeName node : others()) {
                ask(node, needed).ifPresent(offers::add);
            }
            if (offers.isEmpty()) {
                LOG.warn(
                        "group {}: node {} lacks entries before {} and no data node offers a checkpoint that holds"
                                + " them; it waits for one of {}",
                        spec.name(),
                        self,
                        needed,
                        others());
                return null;
            }
            return install(into, Collections.max(offers, Comparator.comparingLong(o -> o.offer.index())), mending);
        } finally {
            offers.forEach(o -> release(o.node));
        }
    }

    /** Whether another data node offers a checkpoint at or above an index. */
    boolean offered(long needed) {
        for (NodeName node : others()) {
            if (ask(node, needed).isPresent()) {
                release(node);
                return true;
            }
        }
        return false;
    }

    private TermIndex install(DataReplica into, From from, boolean mending) throws IOException {
        CheckpointOffer offer = from.offer;
        into.record.check(offer.raised());
        LOG.info(
                "group {}: node {} fetches the checkpoint at {} from node {}",
                spec.name(),
                self,
                offer.index(),
                from.node);
        try (StateMachine.Installation installation = into.state().install(offer.index(), offer.files())) {
            for (StateMachine.CheckpointFile file : offer.files()) {
                boolean here = (!mending && installation.names(file)) || installation.has(file);
                if (!here && !grown(installation, from.node, file)) {
                    put(installation, from.node, file);
                }
            }
            into.commit(installation, offer, clock.nanos());
        }
        return TermIndex.valueOf(offer.term(), offer.index());
    }

    private List<NodeName> others() {
        return spec.dataNodes().stream().filter(n -> !n.equals(self)).toList();
    }

    private Optional<From> ask(NodeName node, long needed) {
        try {
            byte[] answer = channel.ask(
                    node, CheckpointServer.LIST, CheckpointServer.listRequest(spec.name(), needed), ASK_LIMIT);
            CheckpointOffer offer = CheckpointOffer.decode(answer);
            return offer.index() >= needed ? Optional.of(new From(node, offer)) : Optional.empty();
        } catch (Failure e) {
            LOG.info("group {}: node {} offers no checkpoint: {}", spec.name(), node, e.sentence());
            return Optional.empty();
        }
    }

    /** Whether a file of which the beginning is here was made of that; a node of an older release gives no tails. */
    private boolean grown(StateMachine.Installation installation, NodeName from, StateMachine.CheckpointFile file)
            throws IOException {
        try {
            return installation.grow(
                    file,
                    octets -> channel.stream(
                            from,
                            CheckpointServer.TAIL,
                            CheckpointServer.tailRequest(spec.name(), file.name(), octets),
                            FILE_LIMIT));
        } catch (Refused noTails) {
            return false;
        }
    }

    private void put(StateMachine.Installation installation, NodeName from, StateMachine.CheckpointFile file)
            throws IOException {
        byte[] request = CheckpointServer.fileRequest(spec.name(), file.name());
        try (InputStream content = channel.stream(from, CheckpointServer.FILE, request, FILE_LIMIT)) {
            installation.put(file, content);
        }
    }

    private void release(NodeName from) {
        try {
            channel.ask(from, CheckpointServer.LIST, CheckpointServer.listRequest(spec.name(), -1), ASK_LIMIT);
        } catch (Failure e) {
            LOG.debug("node {} keeps the checkpoint until it is idle: {}", from, e.sentence());
        }
    }
}

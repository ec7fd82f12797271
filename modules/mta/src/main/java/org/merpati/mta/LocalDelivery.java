package org.merpati.mta;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.merpati.cluster.Routes;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Address;
import org.merpati.kernel.Clock;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Route;
import org.merpati.kernel.TryLater;
import org.merpati.smtp.Envelope;
import org.merpati.smtp.NodeParameters;
import org.merpati.smtp.Reply;
import org.merpati.smtp.SmtpRefusal;

/**
 * Delivery into shards: LMTP over mutual TLS to the node that leads the shard, following it when it has moved. A shard
 * that could not be reached is left alone for a moment and then tried by few, so that a long queue does not wait for
 * each of its mails.
 */
final class LocalDelivery {
    private static final int MOVES = 2;
    private static final int PROBES = 2;
    private static final long REST_NANOS = Duration.ofSeconds(1).toNanos();

    /** A shard that did not answer: since when, and how many are trying it again now. */
    private record Trouble(long since, AtomicInteger probes) {}

    /** A recipient: its place in the envelope, its address, its account, and the filter's verdict as text. */
    record Target(int place, Address address, AccountId account, String verdict) {}

    /**
     * A mail.
     *
     * @param tests the names of what the filter found, parted by commas
     */
    record Mail(MailId id, Optional<Address> sender, MailBody body, String tests) {}

    private final Routes routes;
    private final NodeConnections connections;
    private final Clock clock;
    private final Map<GroupName, Trouble> troubled = new ConcurrentHashMap<>();
    private volatile Consumer<GroupName> returned = shard -> {};

    LocalDelivery(Routes routes, NodeConnections connections, Clock clock) {
        this.routes = routes;
        this.connections = connections;
        this.clock = clock;
    }

    /** Whether a shard's leader is known and no attempt has failed just now. */
    boolean near(GroupName shard) {
        return routes.table().route(shard).isPresent() && !troubled.containsKey(shard);
    }

    /** Whether an attempt is worth while: of a shard that did not answer, a second later two are let through. */
    boolean admits(GroupName shard) {
        Trouble trouble = troubled.get(shard);
        return trouble == null
                || (clock.nanos() - trouble.since() >= REST_NANOS
                        && trouble.probes().getAndIncrement() < PROBES);
    }

    /** Who is told that a shard answers again. */
    void onReturn(Consumer<GroupName> listener) {
        returned = listener;
    }

    /** Forgets that a shard could not be reached. */
    void wake(GroupName shard) {
        troubled.remove(shard);
    }

    /**
     * Delivers to recipients of one shard.
     *
     * @return a reply for each; where nobody answered, a 4xx of our own
     */
    List<Reply> deliver(GroupName shard, Mail mail, List<Target> to, Duration limit) {
        List<Envelope.Recipient> recipients = to.stream()
                .map(t -> new Envelope.Recipient(
                        t.address(), NodeParameters.recipient(t.place(), t.account(), t.verdict())))
                .toList();
        Envelope envelope = new Envelope(mail.sender(), NodeParameters.mail(mail.id(), mail.tests()), recipients);
        NodeConnections.Call call = new NodeConnections.Call(envelope, mail.body(), limit);
        AtomicReference<@Nullable Route> used = new AtomicReference<>(null);
        FutureTask<List<Reply>> delivering = new FutureTask<>(() -> follow(shard, call, used));
        Thread.ofVirtual().name("lmtp-" + mail.id()).start(delivering);
        String why;
        try {
            List<Reply> replies = delivering.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (troubled.remove(shard) != null) {
                returned.accept(shard);
            }
            return replies;
        } catch (TimeoutException late) {
            why = shard + " did not answer within " + limit.toMillis() + " ms";
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            why = "this server is stopping";
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof SmtpRefusal refusal) {
                return copies(to, refusal.reply());
            }
            if (!(failed.getCause() instanceof IOException) && !(failed.getCause() instanceof TryLater)) {
                throw new IllegalStateException("delivery of " + mail.id(), failed.getCause());
            }
            why = shard + ": " + failed.getCause().getMessage();
        } finally {
            call.abort();
        }
        troubled.put(shard, new Trouble(clock.nanos(), new AtomicInteger()));
        Route wrong = used.get();
        if (wrong != null) {
            routes.table().forget(wrong);
        }
        return all(to, why);
    }

    private List<Reply> follow(GroupName shard, NodeConnections.Call call, AtomicReference<@Nullable Route> used)
            throws IOException {
        Route route = routes.find(shard);
        for (int moves = 0; ; moves++) {
            used.set(route);
            List<Reply> replies = connections.send(route.node(), call);
            Optional<Route> moved = replies.stream()
                    .map(NodeParameters::moved)
                    .flatMap(Optional::stream)
                    .findFirst();
            if (moved.isEmpty() || moves == MOVES || moved.get().node().equals(route.node())) {
                return replies;
            }
            routes.table().offer(moved.get());
            route = moved.get();
        }
    }

    private static List<Reply> all(List<Target> to, String why) {
        return copies(to, new Reply(451, "4.4.1 " + why));
    }

    private static List<Reply> copies(List<Target> to, Reply reply) {
        List<Reply> replies = new ArrayList<>();
        to.forEach(t -> replies.add(reply));
        return replies;
    }
}

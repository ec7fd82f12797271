package org.merpati.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Ids;
import org.merpati.store.search.MailIndex;
import org.merpati.store.search.Place;
import org.merpati.store.search.SearchLimits;

/** A shard with an index under test: it can be started again, and its index is compared with its rows when closed. */
final class IndexedShard implements AutoCloseable {
    /** Limits so small that mail meets them. */
    static final SearchLimits TIGHT = new SearchLimits(
            1,
            2,
            20_000,
            3_000,
            3,
            Duration.ofMillis(20),
            Duration.ofMillis(60),
            Duration.ofMillis(200),
            Duration.ofMillis(200));

    private final Path root;
    private final SearchLimits limits;
    private final Ids ids;
    final TapeJournal journal;
    private ShardState state;
    private JournaledStore store;

    IndexedShard(Path root, SearchLimits limits) {
        this.root = root;
        this.limits = limits;
        this.ids = new Ids(Clock.system(), new Random(1));
        this.state = open(root, limits);
        this.journal = new TapeJournal(Shard.IDENTITY.group(), state);
        this.store = new JournaledStore(journal, state, ids, JournaledStore.Policy.DEFAULT);
    }

    static ShardState open(Path root, SearchLimits limits) {
        try {
            return ShardState.open(root.resolve("vault"), Shard.IDENTITY, Shard.SMALL, root.resolve("index"), limits);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Another copy's store, which leads. */
    JournaledStore serve(ShardState copy) {
        return new JournaledStore(journal, copy, ids, JournaledStore.Policy.DEFAULT);
    }

    MailStore store() {
        return store;
    }

    ShardState state() {
        return state;
    }

    MailIndex index() {
        return state.index().orElseThrow();
    }

    Path folder() {
        return root.resolve("index");
    }

    void stop() {
        store.close();
        state.close();
    }

    /** What a start does behind a {@link #stop}. */
    void start() {
        state = open(root, limits);
        journal.resume(state);
        store = serve(state);
    }

    /** Waits until the index knows all. */
    void settle() {
        settle(state);
    }

    static void settle(ShardState copy) {
        Await.until("the index has caught up", copy.index().orElseThrow()::idle);
    }

    long append(String mailbox, String message) {
        return store().append(
                        Shard.BUDI,
                        store().mailbox(Shard.BUDI, mailbox).orElseThrow().id(),
                        List.of(new NewMessage(
                                Body.of(message.getBytes(StandardCharsets.UTF_8)), Flags.NONE, OptionalLong.empty())))
                .getFirst()
                .uid();
    }

    View view(String mailbox) {
        return store().view(
                        Shard.BUDI,
                        store().mailbox(Shard.BUDI, mailbox).orElseThrow().id());
    }

    static List<Long> uids(View view) {
        return IntStream.range(0, view.size())
                .mapToObj(place -> view.message(place).uid())
                .toList();
    }

    /** Asserts that the index, once it has caught up, knows each message of the account and no other. */
    static void compare(ShardState copy) {
        settle(copy);
        for (Mailbox mailbox : copy.mailboxes(Shard.BUDI)) {
            Place place = new Place(Shard.BUDI, mailbox.id());
            List<Long> rows = mailbox.selectable() ? uids(copy.view(Shard.BUDI, mailbox.id())) : List.of();
            try {
                assertThat(copy.index().orElseThrow().known(place))
                        .as(mailbox.name())
                        .isEqualTo(rows);
            } catch (IOException damaged) {
                throw new UncheckedIOException(damaged);
            }
        }
    }

    @Override
    public void close() {
        compare(state);
        assertThat(state.verify()).isEmpty();
        stop();
    }
}

package org.merpati.store.search;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.LockObtainFailedException;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The full-text index of a shard on one copy. Whoever applies commands only notes which mailboxes changed; a thread
 * reads what came and went in them behind what the index knows. At the start it looks at all of them. An index that is
 * damaged, absent or of another form is made anew while searches do without it: it is derived, and never an error.
 */
public final class MailIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MailIndex.class);

    /** How long the end of the thread is waited for. */
    private static final Duration END = Duration.ofSeconds(10);

    /** How long a search for words waits for what came last. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private final Path folder;
    private final String owner;
    private final Source source;
    private final SearchLimits limits;
    private final Backlog backlog;
    private final Thread thread;
    private volatile @Nullable IndexFolder open;
    /** Why a search failed: the index is damaged, or, an {@link InternalError}, a file that is mapped was cut. */
    private volatile @Nullable Throwable failure;

    /**
     * Opens the index in a folder in the background, and keeps it.
     *
     * @param owner whose messages these are: an index of another owner is made anew
     */
    public MailIndex(Path folder, String owner, Source source, SearchLimits limits) {
        this.folder = folder;
        this.owner = owner;
        this.source = source;
        this.limits = limits;
        this.backlog = new Backlog(limits.backlog());
        this.thread = Thread.ofPlatform().daemon().name("index-" + owner).start(this::run);
    }

    /** Notes that a mailbox changed; never waits for the index. */
    public void changed(Place place) {
        backlog.add(place);
    }

    /** Notes that anything may have changed. */
    public void allChanged() {
        backlog.addAll();
    }

    /**
     * Which messages of a mailbox can hold a text, by UID: one that is denied does not. What the index does not know
     * for certain is granted: messages that it has not read yet, or not as a whole, and texts shorter than a trigram.
     *
     * @param folded the text as {@link org.merpati.mime.MessageText#fold} has it
     */
    public LongPredicate mayHold(Place place, long uidValidity, Where where, String folded) {
        IndexFolder index = open;
        if (index == null || folded.length() < Trigrams.LENGTH) {
            return MailIndex::all;
        }
        backlog.ask();
        try {
            Optional<long[]> known = index.holders(place, uidValidity, where, folded);
            return known.map(MailIndex::among).orElse(MailIndex::all);
        } catch (AlreadyClosedException closed) {
            return MailIndex::all;
        } catch (IOException | RuntimeException | InternalError damaged) {
            failure = damaged;
            return MailIndex::all;
        }
    }

    private static boolean all(long uid) {
        return true;
    }

    private static LongPredicate among(long[] holdersAndBound) {
        int last = holdersAndBound.length - 1;
        return uid -> uid >= holdersAndBound[last] || Arrays.binarySearch(holdersAndBound, 0, last, uid) >= 0;
    }

    /**
     * The account's messages that people mean by some words: each word, or another of its stem, in header, text or
     * attachments; the best first. Waits up to two seconds until the index knows what came before; a message that was
     * expunged a moment ago may be among them.
     */
    public List<Hit> find(AccountId account, String words, int limit) {
        awaitTurn();
        IndexFolder index = open;
        if (index == null) {
            return List.of();
        }
        try {
            return index.searching(searcher -> Questions.find(searcher, account, words, limit));
        } catch (AlreadyClosedException closed) {
            return List.of();
        } catch (IOException | RuntimeException | InternalError damaged) {
            failure = damaged;
            return List.of();
        }
    }

    private void awaitTurn() {
        backlog.ask();
        try {
            backlog.awaitTurn(FRESH.toNanos());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The UIDs of a mailbox's messages that searches see through the index. */
    public List<Long> known(Place place) throws IOException {
        IndexFolder index = open;
        return index == null
                ? List.of()
                : index.searching(searcher ->
                        Arrays.stream(Questions.known(searcher, place)).boxed().toList());
    }

    /** Whether searches see through the index all that was noted; who asks is taken for one who searches. */
    public boolean idle() {
        backlog.ask();
        return backlog.resting();
    }

    private void run() {
        try {
            long failed = System.nanoTime() - limits.retry().toNanos();
            while (!backlog.closed()) {
                if (!live()) {
                    if (System.nanoTime() - failed < limits.retry().toNanos()) {
                        backlog.pause(limits.retry().toNanos());
                    }
                    failed = System.nanoTime();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Opens the index and serves it until the end; false if it failed, and was wiped if it may be. */
    private boolean live() throws InterruptedException {
        failure = null;
        try (IndexFolder index = IndexFolder.open(folder, owner, limits)) {
            open = index;
            new IndexFeed(index, source, backlog, limits, () -> failure).run();
            return true;
        } catch (LockObtainFailedException busy) {
            LOG.warn("the index of {} is open elsewhere: {}", owner, busy.getMessage());
            return false;
        } catch (IOException | RuntimeException | InternalError damaged) {
            LOG.warn("the index of {} is made anew: {}", owner, damaged.toString());
            wipe();
            return false;
        } finally {
            open = null;
        }
    }

    private void wipe() {
        try {
            IndexFolder.wipe(folder);
        } catch (IOException failed) {
            LOG.warn("the index of {} cannot be removed: {}", owner, failed.toString());
        }
    }

    /** Makes durable what was taken in, and closes. */
    @Override
    public void close() {
        backlog.close();
        try {
            if (!thread.join(END)) {
                LOG.warn("the index of {} did not end within {}", owner, END);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

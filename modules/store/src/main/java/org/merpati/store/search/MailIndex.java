package org.merpati.store.search;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
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
 *
 * <p>The thread takes turns: it works for as long as {@link SearchLimits#refresh} at most, shows what it took in, and
 * leaves the processor to others for at least as long as it worked. What comes meanwhile is taken in together: many
 * small steps would cost as many files and merges.
 */
public final class MailIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MailIndex.class);

    /** How long the end of the thread is waited for. */
    private static final Duration END = Duration.ofSeconds(10);

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
     * attachments; the best first. A message that was expunged a moment ago may be among them.
     */
    public List<Hit> find(AccountId account, String words, int limit) {
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

    /** The UIDs of a mailbox's messages that searches see through the index. */
    public List<Long> known(Place place) throws IOException {
        IndexFolder index = open;
        return index == null
                ? List.of()
                : index.searching(searcher ->
                        Arrays.stream(Questions.known(searcher, place)).boxed().toList());
    }

    /** Whether searches see through the index all that was noted. */
    public boolean idle() {
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
            serve(index);
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

    private void serve(IndexFolder index) throws IOException, InterruptedException {
        Walk walk = new Walk(index);
        walk.begin();
        long committed = System.nanoTime();
        while (!backlog.closed()) {
            Throwable broken = failure;
            if (broken != null) {
                throw new IOException("a search failed: " + broken, broken);
            }
            long begun = System.nanoTime();
            boolean worked = work(index, walk, begun + limits.refresh().toNanos());
            index.show();
            if (System.nanoTime() - committed >= limits.commit().toNanos()) {
                index.commit();
                committed = System.nanoTime();
            }
            if (worked) {
                long spent = System.nanoTime() - begun;
                backlog.pause(Math.max(limits.refresh().toNanos() - spent, spent));
            } else {
                backlog.rest(limits.commit().toNanos());
            }
        }
        index.commit();
    }

    /** Looks at what is noted until nothing is left or the time has come; false if there was nothing. */
    private boolean work(IndexFolder index, Walk walk, long until) throws IOException {
        boolean worked = false;
        do {
            Optional<Place> changed = backlog.poll();
            if (changed.isPresent()) {
                look(index, changed.get(), until);
            } else if (!walk.step(until)) {
                return worked;
            }
            worked = true;
        } while (!backlog.closed() && System.nanoTime() - until < 0);
        return true;
    }

    /** Takes in what happened in a mailbox, a slice at most; if there is more, it is noted again. */
    private void look(IndexFolder index, Place place, long until) throws IOException {
        Progress progress = index.progress(place);
        Optional<Changes> changes = source.changes(place, progress, limits.slice());
        if (changes.isPresent()) {
            boolean all = index.take(place, changes.get(), () -> backlog.closed() || System.nanoTime() - until > 0);
            if (!all || changes.get().more()) {
                backlog.add(place);
            }
        } else if (!progress.equals(Progress.NONE)) {
            index.drop(place);
        }
    }

    /** A look at every mailbox, one at a time: those of the index that are no more, then those of the rows. */
    private final class Walk {
        private final IndexFolder index;
        private Iterator<Place> known = List.<Place>of().iterator();
        private Optional<Place> last = Optional.empty();
        private boolean walking;

        Walk(IndexFolder index) {
            this.index = index;
        }

        void begin() throws IOException {
            known = index.places().iterator();
            last = Optional.empty();
            walking = true;
        }

        /** Looks at one mailbox; false if there is none to look at. */
        boolean step(long until) throws IOException {
            if (!walking && backlog.pollAll()) {
                begin();
            }
            if (!walking) {
                return false;
            }
            if (known.hasNext()) {
                look(index, known.next(), until);
                return true;
            }
            last = source.next(last);
            last.ifPresent(backlog::add);
            walking = last.isPresent();
            return walking;
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

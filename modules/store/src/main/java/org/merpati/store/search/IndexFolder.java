package org.merpati.store.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * A Lucene index in a folder: a document for each message, and one for each mailbox that says how far it is, so that a
 * commit holds both or neither. One thread writes; any thread searches what was shown last.
 */
final class IndexFolder implements AutoCloseable {
    /** What documents look like; an index of another form is made anew. */
    static final String FORMAT = "2";

    /** How many mailboxes' progress is kept apart until searches see it. */
    private static final int UNSHOWN_LIMIT = 1_000;

    private final Directory directory;
    private final IndexWriter writer;
    private final SearcherManager searchers;
    private final Map<String, String> identity;
    private final MessageDocument documents;
    private final Map<Place, Progress> unshown = new HashMap<>();
    private boolean changed;

    private IndexFolder(
            Directory directory, IndexWriter writer, Map<String, String> identity, MessageDocument documents)
            throws IOException {
        this.directory = directory;
        this.writer = writer;
        this.identity = identity;
        this.documents = documents;
        this.searchers = new SearcherManager(writer, true, false, null);
    }

    /**
     * Opens the index in a folder, or makes an empty one, and compares all its checksums.
     *
     * @param owner whose messages these are
     * @throws org.apache.lucene.store.LockObtainFailedException if it is open elsewhere
     * @throws IOException if it is damaged, or is of another owner or form
     */
    static IndexFolder open(Path folder, String owner, SearchLimits limits) throws IOException {
        Files.createDirectories(folder);
        Map<String, String> identity = Map.of("format", FORMAT, "owner", owner);
        Directory directory = FSDirectory.open(folder);
        IndexWriter writer = null;
        IndexFolder opened = null;
        try {
            boolean old = DirectoryReader.indexExists(directory);
            writer = new IndexWriter(directory, config(limits));
            if (old && !identity.equals(data(writer))) {
                throw new IOException("the index is " + data(writer) + ", not " + identity);
            }
            opened = new IndexFolder(directory, writer, identity, new MessageDocument(limits));
            opened.compareChecksums();
            return opened;
        } catch (IOException | RuntimeException unusable) {
            abandon(opened, writer, directory);
            throw unusable;
        }
    }

    private static void abandon(@Nullable IndexFolder opened, @Nullable IndexWriter writer, Directory directory)
            throws IOException {
        if (opened != null) {
            opened.close();
        } else {
            if (writer != null) {
                writer.rollback();
            }
            directory.close();
        }
    }

    private static IndexWriterConfig config(SearchLimits limits) {
        ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
        merges.setMaxMergesAndThreads(2, 1);
        return new IndexWriterConfig(Languages.analyzer())
                .setRAMBufferSizeMB(limits.bufferMegabytes())
                .setMergeScheduler(merges)
                .setCommitOnClose(false);
    }

    private static Map<String, String> data(IndexWriter writer) {
        Map<String, String> data = new HashMap<>();
        Iterable<Map.Entry<String, String>> entries = writer.getLiveCommitData();
        if (entries != null) {
            entries.forEach(entry -> data.put(entry.getKey(), entry.getValue()));
        }
        return data;
    }

    /** Removes whatever lies in an index's folder. */
    static void wipe(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    if (!file.getFileName().toString().equals(IndexWriter.WRITE_LOCK_NAME)) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private void compareChecksums() throws IOException {
        searching(searcher -> {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                if (leaf.reader() instanceof CodecReader segment) {
                    segment.checkIntegrity();
                }
            }
            return true;
        });
    }

    /** What is done with the state that searches see. */
    interface Search<T> {
        T with(IndexSearcher searcher) throws IOException;
    }

    /** Searches what was shown last. */
    <T> T searching(Search<T> search) throws IOException {
        IndexSearcher searcher = searchers.acquire();
        try {
            return search.with(searcher);
        } finally {
            searchers.release(searcher);
        }
    }

    /** How far the index is with a mailbox, for the writer. */
    Progress progress(Place place) throws IOException {
        Progress known = unshown.get(place);
        return known == null ? searching(searcher -> Questions.progress(searcher, place)) : known;
    }

    /**
     * Takes changes in, until it is told to stop; what is left then comes again.
     *
     * @return whether it took all of them
     */
    boolean take(Place place, Changes changes, BooleanSupplier stop) throws IOException {
        if (changes.isEmpty()) {
            return true;
        }
        changed = true;
        if (changes.anew()) {
            writer.deleteDocuments(new Term(MessageDocument.BOX, new BytesRef(place.octets())));
        }
        for (long uid : changes.expunged()) {
            writer.deleteDocuments(new Term(MessageDocument.KEY, new BytesRef(place.octets(uid))));
        }
        Progress reached = changes.reached();
        List<Letter> arrived = changes.arrived();
        int taken = 0;
        while (taken < arrived.size() && (taken == 0 || !stop.getAsBoolean())) {
            writer.addDocument(documents.of(place, arrived.get(taken++)));
        }
        if (taken < arrived.size()) {
            reached = new Progress(reached.uidValidity(), arrived.get(taken).uid(), reached.modSeq());
        }
        writer.updateDocument(
                new Term(MessageDocument.PLACE, new BytesRef(place.octets())), MessageDocument.of(place, reached));
        note(place, reached);
        return taken == arrived.size();
    }

    /** Forgets a mailbox. */
    void drop(Place place) throws IOException {
        BytesRef octets = new BytesRef(place.octets());
        writer.deleteDocuments(new Term(MessageDocument.BOX, octets), new Term(MessageDocument.PLACE, octets));
        changed = true;
        note(place, Progress.NONE);
    }

    private void note(Place place, Progress reached) throws IOException {
        unshown.put(place, reached);
        if (unshown.size() >= UNSHOWN_LIMIT) {
            show();
        }
    }

    /** Shows to searches what was taken in. */
    void show() throws IOException {
        if (!unshown.isEmpty()) {
            searchers.maybeRefreshBlocking();
            unshown.clear();
        }
    }

    /** Makes durable what was taken in. */
    void commit() throws IOException {
        if (changed) {
            writer.setLiveCommitData(identity.entrySet());
            writer.commit();
            changed = false;
        }
    }

    /** The mailboxes that it knows something of. */
    List<Place> places() throws IOException {
        return searching(searcher -> new ArrayList<>(Questions.places(searcher)));
    }

    /** The mailbox's messages that can hold a text; see {@link MailIndex#mayHold}. */
    Optional<long[]> holders(Place place, long uidValidity, Where where, String folded) throws IOException {
        return searching(searcher -> Questions.holders(searcher, place, uidValidity, where, folded));
    }

    /** Drops what is not committed. */
    @Override
    public void close() throws IOException {
        searchers.close();
        writer.rollback();
        directory.close();
    }
}

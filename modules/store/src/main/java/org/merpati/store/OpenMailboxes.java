package org.merpati.store;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.merpati.store.search.Place;
import org.merpati.vault.Snapshot;

/**
 * The mailboxes that were read last, as snapshots which each command replaces. Those read longest ago go when the
 * messages of all exceed a limit.
 */
final class OpenMailboxes {
    private static final int ATTEMPTS = 3;
    private static final int MAILBOX_LIMIT = 50_000;

    /** Reads a mailbox from the rows of one instant. */
    interface Loader {
        MailboxView load(Snapshot rows, Place place) throws IOException;
    }

    /** What is published to readers at one instant. */
    interface Publication {
        Snapshot snapshot();
    }

    private static final class Entry {
        private @Nullable MailboxView view;
        private long changes;
    }

    private final long messageLimit;
    private final Map<Place, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long messages;

    OpenMailboxes(long messageLimit) {
        this.messageLimit = messageLimit;
    }

    /** The mailbox as it is now. */
    MailboxView open(Place place, Publication rows, Loader loader) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Entry entry;
            long changes;
            Snapshot snapshot;
            synchronized (this) {
                entry = entries.computeIfAbsent(place, absent -> new Entry());
                if (entry.view != null) {
                    return entry.view;
                }
                changes = entry.changes;
                snapshot = rows.snapshot();
            }
            MailboxView loaded = load(entry, snapshot, place, loader);
            synchronized (this) {
                if (entry.changes == changes && entries.get(place) == entry) {
                    keep(entry, loaded);
                    return loaded;
                }
            }
        }
        synchronized (this) {
            Entry entry = entries.computeIfAbsent(place, absent -> new Entry());
            if (entry.view != null) {
                return entry.view;
            }
            MailboxView loaded = load(entry, rows.snapshot(), place, loader);
            keep(entry, loaded);
            return loaded;
        }
    }

    private MailboxView load(Entry entry, Snapshot snapshot, Place place, Loader loader) throws IOException {
        boolean done = false;
        try (snapshot) {
            MailboxView loaded = loader.load(snapshot, place);
            done = true;
            return loaded;
        } finally {
            if (!done) {
                forget(place, entry);
            }
        }
    }

    private synchronized void forget(Place place, Entry entry) {
        if (entry.view == null) {
            entries.remove(place, entry);
        }
    }

    private void keep(Entry entry, MailboxView view) {
        messages += view.size() - (entry.view == null ? 0 : entry.view.size());
        entry.view = view;
        Iterator<Map.Entry<Place, Entry>> eldest = entries.entrySet().iterator();
        while ((messages > messageLimit || entries.size() > MAILBOX_LIMIT) && entries.size() > 1) {
            Entry next = eldest.next().getValue();
            if (next == entry) {
                continue;
            }
            messages -= next.view == null ? 0 : next.view.size();
            eldest.remove();
        }
    }

    /** Publishes a command's changes to rows and open mailboxes at one instant. */
    synchronized void change(Runnable publish, Iterable<Ledger.Touched> touched) {
        publish.run();
        for (Ledger.Touched folder : touched) {
            Entry entry = entries.get(folder.place());
            if (entry != null) {
                change(entry, folder);
            }
        }
    }

    private void change(Entry entry, Ledger.Touched folder) {
        entry.changes++;
        MailboxView before = entry.view;
        if (before == null) {
            return;
        }
        if (folder.gone || !folder.row.selectable) {
            messages -= before.size();
            entry.view = null;
            entries.remove(folder.place());
            return;
        }
        SortedSet<String> keywords = null;
        if (!folder.keywordsAdded.isEmpty()) {
            keywords = new TreeSet<>(before.keywords());
            keywords.addAll(folder.keywordsAdded);
        }
        MailboxView after = before.with(folder.row.mailbox(), folder.messages, keywords);
        messages += after.size() - before.size();
        entry.view = after;
    }

    /** Forgets everything, for rows that came from elsewhere. */
    synchronized void clear() {
        entries.values().forEach(entry -> entry.changes++);
        entries.clear();
        messages = 0;
    }

    /** The snapshots that are kept, and the rows of the same instant. */
    synchronized Map<Place, MailboxView> kept(Publication rows, List<Snapshot> instant) {
        instant.add(rows.snapshot());
        Map<Place, MailboxView> kept = new LinkedHashMap<>();
        entries.forEach((place, entry) -> {
            if (entry.view != null) {
                kept.put(place, entry.view);
            }
        });
        return kept;
    }
}

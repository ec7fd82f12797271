package org.merpati.directory;

import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldif.LDIFAddChangeRecord;
import com.unboundid.ldif.LDIFChangeRecord;
import com.unboundid.ldif.LDIFException;
import com.unboundid.ldif.LDIFModifyChangeRecord;
import com.unboundid.ldif.LDIFReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;

/**
 * The directory's entries on one node, kept up to date: by the group's log on a voter, by a voter's feed elsewhere. It
 * remembers the newest changes, so that a feed can go on where it broke off.
 */
public final class LiveCopy {
    /** A change and the index of the log at which it took effect. */
    sealed interface Change {
        /** The index. */
        long index();

        /** How much of it is remembered, in octets. */
        int size();

        /** A change record of entries. */
        record OfEntries(long index, String ldif) implements Change {
            @Override
            public int size() {
                return ldif.length();
            }
        }

        /** A change of a table beside them. */
        record OfTable(long index, String table, byte[] change) implements Change {
            @Override
            public int size() {
                return change.length;
            }
        }
    }

    /** What is said where a copy is not {@link #current}. */
    static final String LAGS = "this server's copy of the directory is not up to date";

    private static final int REMEMBERED = 10_000;
    private static final long REMEMBERED_OCTETS = 16L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ArrayDeque<Change> recent = new ArrayDeque<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final SideTables tables;
    private volatile Tree tree = new Tree();
    private long octets;
    private long floor;
    private volatile long index;
    private volatile BooleanSupplier current = () -> true;

    /** An empty copy without tables. */
    public LiveCopy() {
        this(SideTables.NONE);
    }

    /** An empty copy, with tables that are kept beside it. */
    LiveCopy(SideTables tables) {
        this.tables = tables;
    }

    /** The tables beside the entries. */
    SideTables tables() {
        return tables;
    }

    Tree tree() {
        return tree;
    }

    /** Sets what knows whether the copy is kept up to date now. */
    void keptBy(BooleanSupplier keeper) {
        current = keeper;
    }

    /**
     * Whether the copy is kept up to date now, so that what it does not hold does not exist. One that is not may lack
     * what was made since.
     */
    public boolean current() {
        return current.getAsBoolean();
    }

    /** The index of the last change that is in the copy. */
    public long index() {
        return index;
    }

    /** Calls back after each change, from the thread that made it. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Takes over a whole state. */
    void replace(Tree with, long at) {
        synchronized (this) {
            tree = with;
            recent.clear();
            octets = 0;
            floor = at;
            index = at;
            notifyAll();
        }
        listeners.forEach(Runnable::run);
    }

    /** Takes note of a change that took effect. */
    void changed(Change change) {
        synchronized (this) {
            recent.addLast(change);
            octets += change.size();
            while (recent.size() > REMEMBERED || octets > REMEMBERED_OCTETS) {
                Change oldest = recent.removeFirst();
                octets -= oldest.size();
                floor = oldest.index();
            }
            index = change.index();
            notifyAll();
        }
        if (change instanceof Change.OfEntries) {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Carries out a change that took effect elsewhere, if it is new, and takes note of it.
     *
     * @throws Malformed if it cannot take effect here: this copy is not what the change was made to
     */
    void follow(Change change) {
        if (change.index() <= index) {
            return;
        }
        switch (change) {
            case Change.OfEntries entries when entries.ldif().isEmpty() -> {
                // Of this change nothing is for this node to know.
            }
            case Change.OfEntries entries ->
                tree.apply(entries.ldif()).ifPresent(why -> {
                    throw new Malformed("change " + change.index() + ": " + why);
                });
            case Change.OfTable table -> tables.change(table.index(), table.table(), table.change());
        }
        changed(change);
    }

    /** The changes after an index; nothing if they are no longer remembered. */
    synchronized Optional<List<Change>> since(long from) {
        if (from < floor) {
            return Optional.empty();
        }
        List<Change> changes = new ArrayList<>();
        for (Change change : recent) {
            if (change.index() > from) {
                changes.add(change);
            }
        }
        return Optional.of(changes);
    }

    /** Waits until something is newer than an index, or the time has passed. */
    synchronized void awaitNewer(long than, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (long left = limit.toMillis(); index <= than && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    /**
     * Waits until a change is in the copy.
     *
     * @throws TryLater if the feed is too far behind
     */
    public void await(long at) {
        try {
            awaitNewer(at - 1, PATIENCE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        if (index < at) {
            throw new TryLater("the change is made, but this node's copy of the directory is behind (" + index + " of "
                    + at + ")");
        }
    }

    /** A change as a node with these roles may see it: without other roles' private keys; empty if that is all. */
    static String filtered(String ldif, Set<Role> roles) {
        if (!ldif.contains(Names.PRIVATE_KEY)) {
            return ldif;
        }
        try {
            LDIFChangeRecord record = LDIFReader.decodeChangeRecord(ldif.split("\r?\n"));
            return String.join(
                    "\n",
                    switch (record) {
                        case LDIFAddChangeRecord add ->
                            new LDIFAddChangeRecord(filtered(add.getEntryToAdd(), roles)).toLDIF();
                        case LDIFModifyChangeRecord modify -> {
                            var kept = java.util.Arrays.stream(modify.getModifications())
                                    .filter(m -> !m.getAttributeName().equalsIgnoreCase(Names.PRIVATE_KEY)
                                            || java.util.Arrays.stream(m.getValues())
                                                    .allMatch(v -> visible(v, roles)))
                                    .toList();
                            yield kept.isEmpty()
                                    ? new String[0]
                                    : new LDIFModifyChangeRecord(modify.getDN(), kept).toLDIF();
                        }
                        default -> record.toLDIF();
                    });
        } catch (LDIFException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static boolean visible(String key, Set<Role> roles) {
        return roles.stream().anyMatch(r -> key.startsWith(r.text() + ":"));
    }

    private static Entry filtered(Entry entry, Set<Role> roles) {
        Entry copy = entry.duplicate();
        String[] keys = copy.getAttributeValues(Names.PRIVATE_KEY);
        if (keys != null) {
            for (String key : keys) {
                if (!visible(key, roles)) {
                    copy.removeAttributeValue(Names.PRIVATE_KEY, key);
                }
            }
        }
        return copy;
    }

    /** Every entry as a node with these roles may see it, in LDIF. */
    byte[] filteredLdif(Set<Role> roles) throws IOException {
        byte[] all = tree.ldif();
        StringBuilder text = new StringBuilder(all.length);
        try (LDIFReader reader = new LDIFReader(new java.io.ByteArrayInputStream(all))) {
            for (Entry entry = reader.readEntry(); entry != null; entry = reader.readEntry()) {
                text.append(filtered(entry, roles).toLDIFString()).append('\n');
            }
        } catch (LDIFException bug) {
            throw new IllegalStateException(bug);
        }
        return text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}

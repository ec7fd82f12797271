package org.merpati.store;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Flags;

/** Neighbouring messages of an open mailbox as columns, immutable: 28 octets a message with shared flags. */
final class Stretch {
    /** The most messages that a stretch is made with. */
    static final int LIMIT = 256;

    /** Sets of flags that messages share; whoever replaces the view owns it. */
    static final class SharedFlags {
        private static final int SETS = 4096;
        private final Map<Flags, Flags> sets = new HashMap<>();

        Flags shared(Flags flags) {
            Flags known = sets.get(flags);
            if (known == null) {
                known = flags;
                if (sets.size() < SETS) {
                    sets.put(flags, flags);
                }
            }
            return known;
        }
    }

    final int size;
    final int[] uids;
    final long[] modSeqs;
    final Flags[] flags;
    final long[] dates;
    final int[] sizes;

    private Stretch(int size) {
        this.size = size;
        this.uids = new int[size];
        this.modSeqs = new long[size];
        this.flags = new Flags[size];
        this.dates = new long[size];
        this.sizes = new int[size];
    }

    private Stretch(Stretch other) {
        this.size = other.size;
        this.uids = other.uids;
        this.modSeqs = other.modSeqs.clone();
        this.flags = other.flags.clone();
        this.dates = other.dates;
        this.sizes = other.sizes;
    }

    /** So many messages, in ascending order of their UIDs. */
    static Stretch of(long[] uids, Rows.Hot[] hots, int count, SharedFlags shared) {
        Stretch stretch = new Stretch(count);
        for (int i = 0; i < count; i++) {
            stretch.set(i, uids[i], hots[i], shared);
        }
        return stretch;
    }

    private void set(int at, long uid, Rows.Hot hot, SharedFlags shared) {
        uids[at] = (int) uid;
        modSeqs[at] = hot.modSeq();
        flags[at] = shared.shared(hot.flags());
        dates[at] = hot.internalDate();
        sizes[at] = hot.size();
    }

    private void copy(int at, Stretch from, int fromAt) {
        uids[at] = from.uids[fromAt];
        modSeqs[at] = from.modSeqs[fromAt];
        flags[at] = from.flags[fromAt];
        dates[at] = from.dates[fromAt];
        sizes[at] = from.sizes[fromAt];
    }

    long uid(int at) {
        return Integer.toUnsignedLong(uids[at]);
    }

    Rows.Hot hot(int at) {
        return new Rows.Hot(modSeqs[at], flags[at], dates[at], sizes[at]);
    }

    /** The place of a UID as {@link Arrays#binarySearch} has it. */
    int place(long uid) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compare(uid(middle), uid);
            if (order == 0) {
                return middle;
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    /** This with changes to messages that it holds (null: removed) and with messages behind its last one. */
    Stretch with(SortedMap<Long, Rows.@Nullable Hot> changes, SharedFlags shared) {
        int removed = 0;
        int added = 0;
        for (Map.Entry<Long, Rows.@Nullable Hot> change : changes.entrySet()) {
            boolean here = place(change.getKey()) >= 0;
            removed += here && change.getValue() == null ? 1 : 0;
            added += !here && change.getValue() != null ? 1 : 0;
        }
        Stretch next = removed == 0 && added == 0 ? new Stretch(this) : new Stretch(size - removed + added);
        if (removed == 0) {
            if (added > 0) {
                next.take(this);
            }
            int end = size;
            for (Map.Entry<Long, Rows.@Nullable Hot> change : changes.entrySet()) {
                Rows.Hot hot = change.getValue();
                if (hot != null) {
                    int at = place(change.getKey());
                    if (at >= 0) {
                        next.modSeqs[at] = hot.modSeq();
                        next.flags[at] = shared.shared(hot.flags());
                    } else {
                        next.set(end++, change.getKey(), hot, shared);
                    }
                }
            }
        } else {
            next.merge(this, changes, shared);
        }
        return next;
    }

    private void take(Stretch from) {
        System.arraycopy(from.uids, 0, uids, 0, from.size);
        System.arraycopy(from.modSeqs, 0, modSeqs, 0, from.size);
        System.arraycopy(from.flags, 0, flags, 0, from.size);
        System.arraycopy(from.dates, 0, dates, 0, from.size);
        System.arraycopy(from.sizes, 0, sizes, 0, from.size);
    }

    private void merge(Stretch from, SortedMap<Long, Rows.@Nullable Hot> changes, SharedFlags shared) {
        int to = 0;
        for (int at = 0; at < from.size; at++) {
            long uid = from.uid(at);
            if (!changes.containsKey(uid)) {
                copy(to++, from, at);
            } else {
                Rows.Hot hot = changes.get(uid);
                if (hot != null) {
                    set(to++, uid, hot, shared);
                }
            }
        }
        long last = from.size == 0 ? -1 : from.uid(from.size - 1);
        for (Map.Entry<Long, Rows.@Nullable Hot> change :
                changes.tailMap(last + 1).entrySet()) {
            Rows.Hot hot = change.getValue();
            if (hot != null) {
                set(to++, change.getKey(), hot, shared);
            }
        }
    }
}

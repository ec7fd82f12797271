package org.merpati.vault;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several cursors of one order as one: of rows with equal keys only the newest is seen. */
final class Merging implements Cursor {
    private static final class Source {
        private final Cursor cursor;
        private final int age;
        private Row head;

        Source(Cursor cursor, int age, Row head) {
            this.cursor = cursor;
            this.age = age;
            this.head = head;
        }

        private byte[] key() {
            return head.key();
        }

        private int age() {
            return age;
        }
    }

    private final PriorityQueue<Source> sources;

    private Merging(Comparator<byte[]> order) {
        sources = new PriorityQueue<>(Comparator.comparing(Source::key, order).thenComparingInt(Source::age));
    }

    /** Merges cursors of ascending order, the newest first in the list. */
    static Merging of(List<Cursor> newestFirst) throws IOException {
        return of(newestFirst, Arrays::compareUnsigned);
    }

    /** Merges cursors of an order of keys, the newest first in the list. */
    static Merging of(List<Cursor> newestFirst, Comparator<byte[]> order) throws IOException {
        Merging merging = new Merging(order);
        for (int age = 0; age < newestFirst.size(); age++) {
            Row head = newestFirst.get(age).next();
            if (head != null) {
                merging.sources.add(new Source(newestFirst.get(age), age, head));
            }
        }
        return merging;
    }

    @Override
    public @Nullable Row next() throws IOException {
        Source first = sources.peek();
        if (first == null) {
            return null;
        }
        Row row = first.head;
        for (Source top = first; top != null && Arrays.equals(top.head.key(), row.key()); top = sources.peek()) {
            sources.remove();
            Row following = top.cursor.next();
            if (following != null) {
                top.head = following;
                sources.add(top);
            }
        }
        return row;
    }
}

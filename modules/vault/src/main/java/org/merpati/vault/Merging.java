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

    private final Comparator<Source> order;
    private final PriorityQueue<Source> others;
    /** Whose head is the next row: mostly the same for many rows in a row, so it is not among the others. */
    private @Nullable Source first;

    private Merging(Comparator<byte[]> order) {
        this.order = Comparator.comparing(Source::key, order).thenComparingInt(Source::age);
        this.others = new PriorityQueue<>(this.order);
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
                merging.others.add(new Source(newestFirst.get(age), age, head));
            }
        }
        merging.first = merging.others.poll();
        return merging;
    }

    @Override
    public @Nullable Row next() throws IOException {
        Source source = first;
        if (source == null) {
            return null;
        }
        Row row = source.head;
        do {
            source = advance(source);
        } while (source != null && Arrays.equals(source.head.key(), row.key()));
        first = source;
        return row;
    }

    /** Has a source go on by a row; returns the one whose head is the next row then. */
    private @Nullable Source advance(Source source) throws IOException {
        Row following = source.cursor.next();
        if (following == null) {
            return others.poll();
        }
        source.head = following;
        Source rival = others.peek();
        if (rival == null || order.compare(source, rival) < 0) {
            return source;
        }
        others.remove();
        others.add(source);
        return rival;
    }
}

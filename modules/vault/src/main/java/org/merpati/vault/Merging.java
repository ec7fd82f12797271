package org.merpati.vault;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several cursors as one: of rows with equal keys only the newest is seen. */
final class Merging implements Cursor {
    private static final class Source implements Comparable<Source> {
        private final Cursor cursor;
        private final int age;
        private Row head;

        Source(Cursor cursor, int age, Row head) {
            this.cursor = cursor;
            this.age = age;
            this.head = head;
        }

        @Override
        public int compareTo(Source other) {
            int order = Arrays.compareUnsigned(head.key(), other.head.key());
            return order != 0 ? order : Integer.compare(age, other.age);
        }
    }

    private final PriorityQueue<Source> sources = new PriorityQueue<>();

    private Merging() {}

    /** Merges cursors, the newest first in the list. */
    static Merging of(List<Cursor> newestFirst) throws IOException {
        Merging merging = new Merging();
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

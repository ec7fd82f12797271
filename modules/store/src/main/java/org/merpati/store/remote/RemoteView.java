package org.merpati.store.remote;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.Octets;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.View;
import org.merpati.store.search.Place;

/** A mailbox as the leader of its shard had it at one instant. */
final class RemoteView implements View {
    private final Contents contents;
    private final Place place;
    private final Mailbox mailbox;
    private final SortedSet<String> keywords;
    private final List<Forms.Row> rows;

    /**
     * @param rows in the order of their UIDs
     */
    RemoteView(Contents contents, Place place, Mailbox mailbox, SortedSet<String> keywords, List<Forms.Row> rows) {
        this.contents = contents;
        this.place = place;
        this.mailbox = mailbox;
        this.keywords = Collections.unmodifiableSortedSet(keywords);
        this.rows = rows;
    }

    /** This after a change. */
    RemoteView with(Mailbox row, SortedSet<String> words, List<Long> gone, List<Forms.Row> changed) {
        Set<Long> without = new HashSet<>(gone);
        List<Forms.Row> next = new ArrayList<>(rows.size() + changed.size());
        int at = 0;
        for (Forms.Row change : changed) {
            while (at < rows.size() && rows.get(at).uid() < change.uid()) {
                keep(rows.get(at++), without, next);
            }
            if (at < rows.size() && rows.get(at).uid() == change.uid()) {
                at++;
            }
            next.add(change);
        }
        while (at < rows.size()) {
            keep(rows.get(at++), without, next);
        }
        return new RemoteView(contents, place, row, words, next);
    }

    private static void keep(Forms.Row row, Set<Long> without, List<Forms.Row> next) {
        if (!without.contains(row.uid())) {
            next.add(row);
        }
    }

    /** Where the mailbox is. */
    Place at() {
        return place;
    }

    /** Whether it is not older than another of the same mailbox. */
    boolean newerThan(RemoteView other) {
        return mailbox.uidValidity() != other.mailbox.uidValidity()
                ? mailbox.uidValidity() > other.mailbox.uidValidity()
                : mailbox.highestModSeq() >= other.mailbox.highestModSeq();
    }

    @Override
    public Mailbox mailbox() {
        return mailbox;
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public Message message(int at) {
        return new Remote(at, rows.get(at));
    }

    /** The UID of the message at a place. */
    long uid(int at) {
        return rows.get(at).uid();
    }

    @Override
    public int place(long uid) {
        return Collections.binarySearch(rows, Forms.Row.of(uid), Forms.Row.BY_UID);
    }

    @Override
    public SortedSet<String> keywords() {
        return keywords;
    }

    /** Those that the leader knows of by now, without those that were expunged or came after this instant. */
    @Override
    public List<Long> expungedSince(long modSeq) {
        return contents.expungedSince(this, modSeq).stream()
                .filter(uid -> uid < mailbox.uidNext() && place(uid) < 0)
                .toList();
    }

    /** A message of it; what never changes is asked for when it is needed. */
    final class Remote implements Message {
        private final int at;
        private final Forms.Row row;
        private Forms.@Nullable Content content;

        Remote(int at, Forms.Row row) {
            this.at = at;
            this.row = row;
        }

        long uidValidity() {
            return mailbox.uidValidity();
        }

        private Forms.Content content() {
            Forms.Content known = content;
            if (known == null) {
                known = contents.of(RemoteView.this, at);
                content = known;
            }
            return known;
        }

        @Override
        public long uid() {
            return row.uid();
        }

        @Override
        public long modSeq() {
            return row.modSeq();
        }

        @Override
        public Flags flags() {
            return row.flags();
        }

        @Override
        public long internalDate() {
            return row.internalDate();
        }

        @Override
        public long savedDate() {
            return content().savedDate();
        }

        @Override
        public int size() {
            return row.size();
        }

        @Override
        public MailId mail() {
            return content().mail();
        }

        @Override
        public MailId thread() {
            return content().thread();
        }

        @Override
        public Octets summaryOctets() {
            return content().summary();
        }
    }
}

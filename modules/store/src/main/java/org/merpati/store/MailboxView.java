package org.merpati.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Flags;
import org.merpati.kernel.MailId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Octets;

/** An open mailbox: stretches of messages, of which a change replaces only those that it meets. */
final class MailboxView implements View {
    private final ShardState state;
    private final AccountId account;
    private final Mailbox mailbox;
    private final List<Stretch> stretches;
    private final int[] starts;
    private final SortedSet<String> keywords;
    private final Stretch.SharedFlags shared;

    private MailboxView(
            ShardState state,
            AccountId account,
            Mailbox mailbox,
            List<Stretch> stretches,
            SortedSet<String> keywords,
            Stretch.SharedFlags shared) {
        this.shared = shared;
        this.state = state;
        this.account = account;
        this.mailbox = mailbox;
        this.stretches = stretches;
        this.keywords = keywords;
        this.starts = new int[stretches.size() + 1];
        for (int i = 0; i < stretches.size(); i++) {
            starts[i + 1] = starts[i] + stretches.get(i).size;
        }
    }

    /** Takes messages in ascending order of their UIDs. */
    static final class Builder {
        private final Stretch.SharedFlags shared;
        private final List<Stretch> stretches = new ArrayList<>();
        private final long[] uids = new long[Stretch.LIMIT];
        private final Rows.Hot[] hots = new Rows.Hot[Stretch.LIMIT];
        private int pending;

        Builder(Stretch.SharedFlags shared) {
            this.shared = shared;
        }

        void add(long uid, Rows.Hot hot) {
            uids[pending] = uid;
            hots[pending++] = hot;
            if (pending == Stretch.LIMIT) {
                close();
            }
        }

        private void close() {
            if (pending > 0) {
                stretches.add(Stretch.of(uids, hots, pending, shared));
                pending = 0;
            }
        }

        MailboxView build(ShardState state, AccountId account, Mailbox mailbox, SortedSet<String> keywords) {
            close();
            return new MailboxView(
                    state, account, mailbox, stretches, Collections.unmodifiableSortedSet(keywords), shared);
        }
    }

    /** This after a command; the keywords are given only if some were added. */
    MailboxView with(
            Mailbox row, SortedMap<Long, Rows.@Nullable Hot> changes, @Nullable SortedSet<String> newKeywords) {
        SortedSet<String> words = newKeywords == null ? keywords : Collections.unmodifiableSortedSet(newKeywords);
        if (changes.isEmpty()) {
            return new MailboxView(state, account, row, stretches, words, shared);
        }
        List<Stretch> next = new ArrayList<>(stretches);
        SortedMap<Long, Rows.@Nullable Hot> here = new TreeMap<>();
        int at = -1;
        for (Map.Entry<Long, Rows.@Nullable Hot> change : changes.entrySet()) {
            int place = stretchFor(change.getKey());
            if (place != at) {
                replace(next, at, here);
                here.clear();
                at = place;
            }
            here.put(change.getKey(), change.getValue());
        }
        replace(next, at, here);
        next.removeIf(stretch -> stretch.size == 0);
        return new MailboxView(state, account, row, tidy(next, row.messages()), words, shared);
    }

    /** The stretch that a UID is in or would be put into; one past the last for what lies behind full stretches. */
    private int stretchFor(long uid) {
        int last = stretches.size() - 1;
        if (last < 0) {
            return 0;
        }
        Stretch tail = stretches.get(last);
        return tail.size >= Stretch.LIMIT && uid > tail.uid(tail.size - 1) ? last + 1 : stretchOf(uid);
    }

    private void replace(List<Stretch> next, int at, SortedMap<Long, Rows.@Nullable Hot> changes) {
        if (at == stretches.size()) {
            Builder tail = new Builder(shared);
            changes.forEach((uid, hot) -> {
                if (hot != null) {
                    tail.add(uid, hot);
                }
            });
            tail.close();
            next.addAll(tail.stretches);
        } else if (at >= 0) {
            next.set(at, stretches.get(at).with(changes, shared));
        }
    }

    /** Lays the messages out anew where stretches became too many and too small, or one too large. */
    private List<Stretch> tidy(List<Stretch> stretches, int messages) {
        boolean large = !stretches.isEmpty() && stretches.getLast().size > 2 * Stretch.LIMIT;
        if (!large && stretches.size() <= 8 + 4 * messages / Stretch.LIMIT) {
            return stretches;
        }
        Builder anew = new Builder(shared);
        for (Stretch stretch : stretches) {
            for (int i = 0; i < stretch.size; i++) {
                anew.add(stretch.uid(i), stretch.hot(i));
            }
        }
        anew.close();
        return anew.stretches;
    }

    @Override
    public Mailbox mailbox() {
        return mailbox;
    }

    @Override
    public int size() {
        return starts[starts.length - 1];
    }

    /** The stretch that holds what begins at the most at the place. */
    private static int last(int[] starts, int place) {
        int low = 0;
        int high = starts.length - 2;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= place) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public Message message(int place) {
        if (place < 0 || place >= size()) {
            throw new IndexOutOfBoundsException("place " + place + " of " + size() + " messages");
        }
        int at = last(starts, place);
        Stretch stretch = stretches.get(at);
        int i = place - starts[at];
        return new RowMessage(state, account, mailbox.id(), stretch.uid(i), stretch.hot(i));
    }

    /** The last stretch that begins at the UID or before it, or the first. */
    private int stretchOf(long uid) {
        int low = 0;
        int high = stretches.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (stretches.get(middle).uid(0) <= uid) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public int place(long uid) {
        if (stretches.isEmpty()) {
            return -1;
        }
        int at = stretchOf(uid);
        int place = stretches.get(at).place(uid);
        return place >= 0 ? starts[at] + place : place - starts[at];
    }

    @Override
    public SortedSet<String> keywords() {
        return keywords;
    }

    @Override
    public List<Long> expungedSince(long modSeq) {
        return state.expunged(account, mailbox.id(), modSeq, mailbox.highestModSeq());
    }

    /**
     * A message of a view. What never changes is read from its row when first asked for; once the message is expunged
     * that is {@link org.merpati.kernel.Refused}.
     */
    static final class RowMessage implements Message {
        private final ShardState state;
        private final AccountId account;
        private final MailboxId mailbox;
        private final long uid;
        private final Rows.Hot hot;
        private Rows.@Nullable Content content;

        RowMessage(ShardState state, AccountId account, MailboxId mailbox, long uid, Rows.Hot hot) {
            this.state = state;
            this.account = account;
            this.mailbox = mailbox;
            this.uid = uid;
            this.hot = hot;
        }

        Rows.Content content() {
            Rows.Content known = content;
            if (known == null) {
                known = state.content(account, mailbox, uid);
                content = known;
            }
            return known;
        }

        @Override
        public long uid() {
            return uid;
        }

        @Override
        public long modSeq() {
            return hot.modSeq();
        }

        @Override
        public Flags flags() {
            return hot.flags();
        }

        @Override
        public long internalDate() {
            return hot.internalDate();
        }

        @Override
        public long savedDate() {
            return content().savedDate();
        }

        @Override
        public int size() {
            return hot.size();
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

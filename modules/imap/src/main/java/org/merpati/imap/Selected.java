package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.state.Enabled;
import org.merpati.imap.state.RecentFlags;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Numbers;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Message;
import org.merpati.store.View;
import org.merpati.store.people.Rights;

/**
 * A session's view of its mailbox. The numbers that the client knows stay until {@link #sync} tells it of others; what
 * is behind them is always the newest state that was looked at.
 */
final class Selected implements Numbers {
    /** How many stretches of recent messages are kept apart; the oldest are forgotten. */
    private static final int RECENT_LIMIT = 100;
    /** How many UIDs of a result are kept. */
    private static final int SAVED_LIMIT = 200_000;

    private final Logins.Account account;
    private final AccountId self;
    private final MailboxId id;
    private final boolean readOnly;
    private final RecentFlags recents;
    private final Enabled enabled;
    private View view;
    /** The UIDs by the client's numbers; null where the numbers are those of the view. */
    private long @Nullable [] uids;
    /** The MODSEQ up to which the client knows of flags. */
    private long told;

    private Set<String> keywords;
    /** The rights that the client knows of. */
    private Rights toldRights;

    private final List<NumberSet.Range> recent = new ArrayList<>();
    private @Nullable Own own;
    /** The UIDs of the result that is kept, ascending. */
    private long[] saved = {};

    /** A change of flags that this session made: it is told differently. */
    private record Own(MailStore.Stored stored, List<Long> announce) {}

    /**
     * @param self whose session it is
     */
    Selected(Reached mailbox, AccountId self, boolean readOnly, RecentFlags recents, Enabled enabled) {
        this.account = mailbox.owner();
        this.self = self;
        this.id = mailbox.mailbox().id();
        this.toldRights = mailbox.rights();
        this.readOnly = readOnly;
        this.recents = recents;
        this.enabled = enabled;
        this.view = account.store().view(account.id(), id);
        this.told = view.mailbox().highestModSeq();
        this.keywords = view.keywords();
        claimRecent();
    }

    MailStore store() {
        return account.store();
    }

    /** Whose mailbox it is. */
    Logins.Account account() {
        return account;
    }

    /** What may be done with the mailbox now: rights that are taken away are so from the next command on. */
    Rights rights() {
        return store().rights(self, account.id(), id);
    }

    /**
     * Sees to a right that changes the mailbox.
     *
     * @throws Refused if it is not granted, or the mailbox was opened with EXAMINE
     */
    void needToChange(char right) {
        changeable();
        Reached.need(rights(), right);
    }

    /**
     * Sees to it that the mailbox was not opened with EXAMINE.
     *
     * @throws Refused if it was
     */
    void changeable() {
        if (readOnly) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the mailbox was opened with EXAMINE");
        }
    }

    /** Whether nothing of the mailbox can be changed here (RFC 4314 §5.2; all flags are shared). */
    boolean fixed() {
        Rights rights = rights();
        return readOnly || "ieswt".chars().noneMatch(right -> rights.has((char) right));
    }

    MailboxId id() {
        return id;
    }

    boolean readOnly() {
        return readOnly;
    }

    /** The newest state that was looked at. */
    View view() {
        return view;
    }

    /** How many messages the client knows of. */
    @Override
    public int size() {
        return uids == null ? view.size() : uids.length;
    }

    /** The UID behind a number, from 1. */
    @Override
    public long uid(int number) {
        return uids == null ? view.message(number - 1).uid() : uids[number - 1];
    }

    /** The message behind a number; none if it has been expunged. */
    @Nullable
    Message message(int number) {
        if (uids == null) {
            return view.message(number - 1);
        }
        int place = view.place(uids[number - 1]);
        return place < 0 ? null : view.message(place);
    }

    /** The greatest UID that the client knows of; 0 if it knows of no message. */
    long lastUid() {
        return size() == 0 ? 0 : uid(size());
    }

    /** The least number whose UID is not below the given one; beyond the last if there is none. */
    @Override
    public int firstAtLeast(long uid) {
        int place = uids == null ? view.place(uid) : Arrays.binarySearch(uids, uid);
        return place < 0 ? -place : place + 1;
    }

    /** The UIDs behind numbers. */
    List<Long> uids(int[] numbers) {
        List<Long> list = new ArrayList<>(numbers.length);
        for (int number : numbers) {
            list.add(uid(number));
        }
        return list;
    }

    /** The MODSEQ up to which the client knows of everything but of expunges that could not be told yet. */
    long told() {
        return told;
    }

    void putHighest(Reply reply) throws IOException {
        reply.put("* OK [HIGHESTMODSEQ ").put(told).put("] highest").line();
    }

    /** The UIDs of a set that were expunged after a MODSEQ, but for those that still have a number here. */
    List<Long> vanished(long since, NumberSet among) {
        long star = view.mailbox().uidNext() - 1;
        return view.expungedSince(since).stream()
                .filter(uid -> among.contains(uid, star))
                .filter(uid -> uids == null || Arrays.binarySearch(uids, uid) < 0)
                .toList();
    }

    /** Keeps the messages behind numbers as the result {@code $}; false, and keeps none, if they are too many. */
    boolean save(int[] numbers) {
        boolean kept = numbers.length <= SAVED_LIMIT;
        saved = kept
                ? Arrays.stream(numbers)
                        .mapToLong(this::uid)
                        .sorted()
                        .distinct()
                        .toArray()
                : new long[0];
        return kept;
    }

    /** The numbers of the kept result's messages that are still there, ascending (RFC 5182 §2.1). */
    @Override
    public int[] saved() {
        return Arrays.stream(saved)
                .filter(uid -> view.place(uid) >= 0)
                .mapToInt(this::firstAtLeast)
                .toArray();
    }

    boolean isSaved(long uid) {
        return Arrays.binarySearch(saved, uid) >= 0;
    }

    boolean recent(long uid) {
        for (NumberSet.Range range : recent) {
            if (uid >= range.first() && uid <= range.last()) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is told that a message is recent, which IMAP4rev2 does not know. */
    boolean showsRecent(long uid) {
        return !enabled.rev2() && recent(uid);
    }

    /** How many of the client's messages are recent. */
    int recentCount() {
        int count = 0;
        for (NumberSet.Range range : recent) {
            count += firstAtLeast(range.last() + 1) - firstAtLeast(range.first());
        }
        return count;
    }

    private boolean claimRecent() {
        boolean looks = readOnly || !self.equals(account.id());
        long from = looks ? recents.upTo(id, view) : recents.claim(id, view);
        long last = view.size() == 0 ? 0 : view.message(view.size() - 1).uid();
        if (looks) {
            recent.clear();
        }
        if (last <= from) {
            return false;
        }
        if (recent.size() == RECENT_LIMIT) {
            recent.removeFirst();
        }
        if (!recent.isEmpty() && recent.getLast().last() == from) {
            recent.add(new NumberSet.Range(recent.removeLast().first(), last));
        } else {
            recent.add(new NumberSet.Range(from + 1, last));
        }
        return true;
    }

    /** Looks at the newest state without telling the client. The same state is the same object, which is cheap. */
    @SuppressWarnings("ReferenceEquality")
    void refresh() {
        View next = account.store().view(account.id(), id);
        if (next == view) {
            return;
        }
        if (uids == null && !sameMessages(view, next)) {
            uids = allUids(view);
        }
        view = next;
    }

    private static boolean sameMessages(View a, View b) {
        int size = a.size();
        return size == b.size()
                && (size == 0
                        || a.message(size - 1).uid() == b.message(size - 1).uid());
    }

    private static long[] allUids(View view) {
        long[] all = new long[view.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = view.message(i).uid();
        }
        return all;
    }

    /**
     * Takes note of flags that this session changed.
     *
     * @param announce the UIDs whose flags the client is told at the next {@link #sync} in any case
     */
    void stored(MailStore.Stored stored, List<Long> announce) {
        own = new Own(stored, announce);
    }

    /**
     * Tells the client what has changed: EXPUNGE where it is lawful, EXISTS and RECENT, FETCH with flags.
     *
     * @param expunge whether the numbers may move now
     * @throws Refused if the mailbox is gone, or the right to read it
     */
    void sync(Reply reply, boolean expunge) throws IOException {
        refresh();
        Rights rights = rights();
        Reached.need(rights, 'r');
        if (!rights.equals(toldRights)) {
            toldRights = rights;
            putFlagsLine(reply);
        }
        int known = size();
        if (uids != null) {
            known = renumber(reply, expunge, uids);
        }
        long highest = view.mailbox().highestModSeq();
        if (highest != told || own != null) {
            tellKeywords(reply);
            tellFlags(reply, known, highest);
            told = highest;
            own = null;
        }
    }

    /** Gives the messages their new numbers; answers how many of them the client knew already. */
    private int renumber(Reply reply, boolean expunge, long[] old) throws IOException {
        int kept = old.length;
        int place = view.size() - 1;
        boolean missing = false;
        List<Long> vanished = new ArrayList<>();
        for (int i = old.length - 1; i >= 0; i--) {
            while (place >= 0 && view.message(place).uid() > old[i]) {
                place--;
            }
            if (place < 0 || view.message(place).uid() != old[i]) {
                missing = true;
                if (expunge && enabled.vanished()) {
                    vanished.add(old[i]);
                } else if (expunge) {
                    reply.put("* ").put(i + 1).put(" EXPUNGE").line();
                }
                kept -= expunge ? 1 : 0;
            }
        }
        if (!vanished.isEmpty()) {
            reply.put("* VANISHED ").put(NumberSet.text(vanished.reversed())).line();
        }
        uids = expunge || !missing ? null : extended(old);
        boolean more = size() > kept;
        if (more) {
            reply.put("* ").put(size()).put(" EXISTS").line();
            claimRecent();
            if (!enabled.rev2()) {
                reply.put("* ").put(recentCount()).put(" RECENT").line();
            }
        }
        return kept;
    }

    private long[] extended(long[] old) {
        long last = old.length == 0 ? 0 : old[old.length - 1];
        int from = view.place(last + 1);
        int first = from < 0 ? -from - 1 : from;
        long[] all = Arrays.copyOf(old, old.length + view.size() - first);
        for (int i = first; i < view.size(); i++) {
            all[old.length + i - first] = view.message(i).uid();
        }
        return all;
    }

    private void tellKeywords(Reply reply) throws IOException {
        if (!view.keywords().equals(keywords)) {
            keywords = view.keywords();
            putFlagsLine(reply);
        }
    }

    /** The FLAGS and PERMANENTFLAGS of the mailbox; these say what the rights allow (RFC 4314 §5.1.1). */
    void putFlagsLine(Reply reply) throws IOException {
        List<String> all = new ArrayList<>(List.of("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"));
        all.addAll(keywords);
        reply.put("* FLAGS (").put(String.join(" ", all)).put(')').line();
        all.add("\\*");
        reply.put("* OK [PERMANENTFLAGS (");
        if (!readOnly) {
            all.removeIf(flag -> !Reached.allowed(flag, toldRights));
            reply.put(String.join(" ", all));
        }
        reply.put(")] flags that can be kept").line();
    }

    private void tellFlags(Reply reply, int known, long highest) throws IOException {
        if (own != null && onlyOwn(own.stored, highest)) {
            Set<Long> announce = new LinkedHashSet<>(own.announce);
            Set<Long> all = new LinkedHashSet<>(announce);
            all.addAll(enabled.modSeq() ? own.stored.changed() : List.of());
            for (long uid : all) {
                int number = firstAtLeast(uid);
                if (number <= known && uid(number) == uid) {
                    put(reply, number, announce.contains(uid));
                }
            }
            return;
        }
        Set<Long> announce = own == null ? Set.of() : new HashSet<>(own.announce);
        Set<Long> quiet = own == null ? Set.of() : new HashSet<>(own.stored.changed());
        long quietModSeq = own == null ? -1 : own.stored.modSeq();
        for (int number = 1; number <= known; number++) {
            Message message = message(number);
            if (message != null) {
                boolean mine = message.modSeq() == quietModSeq && quiet.contains(message.uid());
                boolean news = message.modSeq() > told && !mine;
                if (news || announce.contains(message.uid())) {
                    put(reply, number, true);
                } else if (mine && enabled.modSeq()) {
                    put(reply, number, false);
                }
            }
        }
    }

    /** Whether nobody but this session changed anything since the client was told. */
    private boolean onlyOwn(MailStore.Stored stored, long highest) {
        boolean next = highest == told + 1 && stored.modSeq() == highest;
        return highest == told || (next && !stored.changed().isEmpty());
    }

    /** Tells a message's flags, with its MODSEQ where that is switched on. */
    void putFlags(Reply reply, int number) throws IOException {
        put(reply, number, true);
    }

    private void put(Reply reply, int number, boolean flags) throws IOException {
        Message message = message(number);
        if (message != null) {
            if (enabled.uidOnly()) {
                reply.put("* ").put(message.uid()).put(" UIDFETCH (");
            } else {
                reply.put("* ")
                        .put(number)
                        .put(" FETCH (UID ")
                        .put(message.uid())
                        .put(' ');
            }
            if (flags) {
                reply.put("FLAGS ").flags(message.flags(), showsRecent(message.uid()));
            }
            if (enabled.modSeq()) {
                reply.put(flags ? " MODSEQ (" : "MODSEQ (")
                        .put(message.modSeq())
                        .put(')');
            }
            reply.put(')').line();
        }
    }
}

package org.merpati.store.remote;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.Mailbox;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.search.Place;

/**
 * The mailboxes of a shard that this node has no copy of. Of one that is in its cache it is asked what has changed
 * since.
 */
final class RemoteViews {
    /** What has become of a mailbox that is known. */
    enum News {
        NONE,
        SOME,
        /** All of it is told. */
        ALL
    }

    private final LeaderLink link;
    private final Contents contents;
    private final RecentlyUsed<RemoteCache.Box, RemoteView> kept;

    RemoteViews(LeaderLink link, RemoteCache cache) {
        this.link = link;
        this.contents = new Contents(link, cache);
        this.kept = cache.views();
    }

    /**
     * A mailbox as it is now; the same object as before if nothing has changed.
     *
     * @throws Refused if it is gone
     */
    RemoteView view(Place place) {
        RemoteCache.Box box = new RemoteCache.Box(link.shard(), place);
        RemoteView known = kept.get(box);
        try {
            RemoteView now = asked(place, known);
            if (now.size() != now.mailbox().messages() && known != null) {
                now = asked(place, null);
            }
            if (now.size() != now.mailbox().messages()) {
                throw new TryLater("the leader of " + link.shard() + " tells " + now.size() + " messages of "
                        + now.mailbox().messages());
            }
            kept.keep(box, now, (before, later) -> later.newerThan(before) ? later : before);
            return now;
        } catch (Refused gone) {
            kept.forget(box);
            throw gone;
        }
    }

    private RemoteView asked(Place place, @Nullable RemoteView known) {
        BinaryWriter question = link.question(Question.VIEW);
        Forms.place(question, place);
        question.varint(known == null ? 0 : known.mailbox().uidValidity());
        question.varint(known == null ? 0 : known.mailbox().highestModSeq());
        return link.ask(question, answer -> read(place, known, answer));
    }

    private RemoteView read(Place place, @Nullable RemoteView known, BinaryReader answer) {
        Mailbox mailbox = Forms.mailbox(answer);
        int news = answer.u8();
        if (news == News.NONE.ordinal() && known != null) {
            return mailbox.equals(known.mailbox())
                    ? known
                    : known.with(mailbox, known.keywords(), List.of(), List.of());
        }
        SortedSet<String> keywords = Forms.keywords(answer);
        List<Long> gone = CommandCodec.uids(answer, Question.UIDS);
        Map<Flags, Flags> shared = new HashMap<>();
        List<Forms.Row> rows = Forms.list(answer, from -> Forms.Row.read(from, shared));
        for (int i = 1; i < rows.size(); i++) {
            if (rows.get(i - 1).uid() >= rows.get(i).uid()) {
                throw new Malformed("messages are not in the order of their UIDs");
            }
        }
        return known == null || news == News.ALL.ordinal()
                ? new RemoteView(contents, place, mailbox, keywords, rows)
                : known.with(mailbox, keywords, gone, rows);
    }
}

package org.merpati.store.remote;

import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Refused;
import org.merpati.store.log.CommandCodec;

/**
 * What never changes of a shard's messages. Who reads one message after the other has more and more of them fetched at
 * once; they are kept in the node's cache.
 */
final class Contents {
    private static final int FIRST = 4;
    private static final int MOST = 64;

    private final LeaderLink link;
    private final RecentlyUsed<RemoteCache.Key, Forms.Content> kept;

    Contents(LeaderLink link, RemoteCache cache) {
        this.link = link;
        this.kept = cache.contents();
    }

    /**
     * Of the message at a place of a view.
     *
     * @throws Refused if it was expunged meanwhile
     */
    Forms.Content of(RemoteView view, int at) {
        Forms.Content known = kept.get(key(view, view.uid(at)));
        if (known != null) {
            return known;
        }
        BinaryWriter question = question(Question.CONTENTS, view);
        CommandCodec.uids(question, wanted(view, at));
        List<Forms.Content> found = link.ask(question, from -> Forms.list(from, Forms.Content::read));
        found.forEach(content -> kept.keep(key(view, content.uid()), content, (before, now) -> now));
        long uid = view.uid(at);
        return found.stream()
                .filter(content -> content.uid() == uid)
                .findFirst()
                .orElseThrow(() ->
                        new Refused(Refused.Reason.NONEXISTENT, "the message " + uid + " was expunged meanwhile"));
    }

    /** The UIDs that were expunged after a MODSEQ, as the leader knows it now. */
    List<Long> expungedSince(RemoteView view, long modSeq) {
        return link.ask(
                question(Question.EXPUNGED, view).varint(modSeq), from -> CommandCodec.uids(from, Question.UIDS));
    }

    private BinaryWriter question(Question what, RemoteView view) {
        BinaryWriter question = link.question(what);
        Forms.place(question, view.at());
        return question.varint(view.mailbox().uidValidity());
    }

    /** The message at a place and those behind it that are not here, as many as of those just before it are. */
    private List<Long> wanted(RemoteView view, int at) {
        int before = 0;
        while (before < MOST && before < at && kept.holds(key(view, view.uid(at - before - 1)))) {
            before++;
        }
        List<Long> wanted = new ArrayList<>();
        int end = Math.min(view.size(), at + Math.max(FIRST, before));
        for (int next = at; next < end; next++) {
            if (!kept.holds(key(view, view.uid(next)))) {
                wanted.add(view.uid(next));
            }
        }
        return wanted;
    }

    private static RemoteCache.Key key(RemoteView view, long uid) {
        return new RemoteCache.Key(view.at(), view.mailbox().uidValidity(), uid);
    }
}

package org.merpati.store.remote;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Refused;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.search.Place;

/**
 * What never changes of a shard's messages. Who reads one message after the other has more and more of them fetched at
 * once; those asked for last are kept.
 */
final class Contents {
    private static final int FIRST = 4;
    private static final int MOST = 64;
    private static final long OCTETS = 16 << 20;
    /** What one costs beside its summary. */
    private static final int OVERHEAD = 200;

    private record Key(Place place, long uidValidity, long uid) {}

    private final LeaderLink link;
    private final Map<Key, Forms.Content> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long octets;

    Contents(LeaderLink link) {
        this.link = link;
    }

    /**
     * Of the message at a place of a view.
     *
     * @throws Refused if it was expunged meanwhile
     */
    Forms.Content of(RemoteView view, int at) {
        Forms.Content known = kept(key(view, at));
        if (known != null) {
            return known;
        }
        BinaryWriter question = question(Question.CONTENTS, view);
        CommandCodec.uids(question, wanted(view, at));
        List<Forms.Content> found = link.ask(question, from -> Forms.list(from, Forms.Content::read));
        found.forEach(content -> keep(key(view, content.uid()), content));
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
    private synchronized List<Long> wanted(RemoteView view, int at) {
        int before = 0;
        while (before < MOST && before < at && kept.containsKey(key(view, at - before - 1))) {
            before++;
        }
        List<Long> wanted = new ArrayList<>();
        int end = Math.min(view.size(), at + Math.max(FIRST, before));
        for (int next = at; next < end; next++) {
            if (!kept.containsKey(key(view, next))) {
                wanted.add(view.uid(next));
            }
        }
        return wanted;
    }

    private static Key key(RemoteView view, int at) {
        return key(view, view.uid(at));
    }

    private static Key key(RemoteView view, long uid) {
        return new Key(view.at(), view.mailbox().uidValidity(), uid);
    }

    private synchronized Forms.@Nullable Content kept(Key key) {
        return kept.get(key);
    }

    private synchronized void keep(Key key, Forms.Content content) {
        Forms.Content before = kept.put(key, content);
        octets += cost(content) - (before == null ? 0 : cost(before));
        Iterator<Forms.Content> eldest = kept.values().iterator();
        while (octets > OCTETS && kept.size() > 1) {
            octets -= cost(eldest.next());
            eldest.remove();
        }
    }

    private static int cost(Forms.Content content) {
        return OVERHEAD + content.summary().array().length;
    }
}

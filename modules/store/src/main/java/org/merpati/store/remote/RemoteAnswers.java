package org.merpati.store.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Topology;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.NodeName;
import org.merpati.kernel.Refused;
import org.merpati.kernel.Role;
import org.merpati.kernel.TryLater;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.View;
import org.merpati.store.log.Answer;
import org.merpati.store.log.CommandCodec;
import org.merpati.store.search.Place;
import org.merpati.store.search.Where;

/**
 * Answers what mailbox nodes ask of the shards that this node leads and they have no copy of. They are believed about
 * whom they ask for: rights are seen to where the session is.
 */
public final class RemoteAnswers {
    /** How many questions of one node are answered at a time; others wait. */
    private static final int AT_ONCE = 64;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    /** Where more was expunged, all that is left is told instead. */
    private static final int EXPUNGED = 20_000;

    private static final int PIECE = 512;
    private static final int CONTENTS = 1_000;
    private static final int CONTENTS_OCTETS = 256 << 10;
    private static final int SHARED = 10_000;

    private record Watcher(NodeName peer, GroupName shard) {}

    private final Topology topology;
    private final Map<GroupName, MailStore> stores = new ConcurrentHashMap<>();
    private final Map<NodeName, Semaphore> turns = new ConcurrentHashMap<>();
    private final Map<Watcher, HeldWatch> held = new ConcurrentHashMap<>();

    /** Answers on a channel from now on. */
    public RemoteAnswers(NodeChannel channel, Topology topology) {
        this.topology = topology;
        channel.offer(Question.SERVICE, this::answer);
        channel.offer(Question.WATCH, this::watch);
    }

    /** Adds a shard with data here. */
    public void add(MailStore store) {
        stores.put(store.shard(), store);
    }

    /** Takes a shard away that this node has no data of any more. */
    public void remove(GroupName shard) {
        stores.remove(shard);
        held.forEach((watcher, watch) -> {
            if (watcher.shard().equals(shard) && held.remove(watcher, watch)) {
                watch.close();
            }
        });
    }

    /** The shard that a mailbox node asks about, if it is led here; what is written answers the question. */
    private MailStore led(NodeName peer, BinaryReader question) {
        topology.need(peer, Role.MAILBOX);
        GroupName shard = new GroupName(question.text());
        MailStore store = stores.get(shard);
        if (store == null) {
            throw new TryLater("this node has no data of " + shard);
        }
        store.leased();
        return store;
    }

    private void answer(NodeName peer, byte[] request, OutputStream out) throws IOException {
        BinaryReader question = new BinaryReader(request);
        MailStore store = led(peer, question);
        Semaphore turn = turns.computeIfAbsent(peer, node -> new Semaphore(AT_ONCE));
        if (!acquired(turn)) {
            throw new TryLater("node " + peer + " asks more than " + AT_ONCE + " questions at a time");
        }
        try {
            answer(Question.of(question.u8()), store, question, out);
        } catch (Refused refused) {
            out.write(Answer.refused(refused));
        } catch (TryLater later) {
            out.write(Answer.later(later));
        } finally {
            turn.release();
        }
    }

    private static boolean acquired(Semaphore turn) {
        try {
            return turn.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void answer(Question what, MailStore store, BinaryReader from, OutputStream out) throws IOException {
        BinaryWriter to = Answer.done();
        switch (what) {
            case FRESH -> store.fresh();
            case MAILBOXES -> Forms.list(to, store.mailboxes(account(from)), Forms::mailbox);
            case MAILBOX ->
                Forms.list(
                        to, store.mailbox(account(from), from.text()).stream().toList(), Forms::mailbox);
            case ANNOTATIONS -> Forms.annotations(to, store.annotations(account(from), mailbox(from)));
            case ACL -> Forms.acl(to, store.acl(account(from), mailbox(from)));
            case SHARED ->
                Forms.list(to, store.sharedWith(account(from), Math.min(SHARED, from.count())), Forms::shared);
            case USAGE -> Forms.usage(to, store.usage(account(from)));
            case VIEW -> {
                view(store, from, to, out);
                return;
            }
            case EXPUNGED -> CommandCodec.uids(to, view(store, from).expungedSince(from.varint()));
            case CONTENTS -> contents(view(store, from), from, to);
            case BODY -> body(store, from, to);
            case MAY_HOLD -> mayHold(store, from, to);
        }
        out.write(to.toByteArray());
    }

    private static AccountId account(BinaryReader from) {
        return new AccountId(from.id());
    }

    private static MailboxId mailbox(BinaryReader from) {
        return new MailboxId(from.id());
    }

    /** The mailbox of a place, as long as its UIDs are those that are meant. */
    private static View view(MailStore store, BinaryReader from) {
        return view(store, Forms.place(from), from.varint());
    }

    private static View view(MailStore store, Place place, long uidValidity) {
        View view = store.view(place.account(), place.mailbox());
        if (view.mailbox().uidValidity() != uidValidity) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the mailbox was deleted and made again meanwhile");
        }
        return view;
    }

    /** What has changed of a mailbox since a MODSEQ, or all of it where that is not known; a piece at a time. */
    private static void view(MailStore store, BinaryReader from, BinaryWriter head, OutputStream out)
            throws IOException {
        Place place = Forms.place(from);
        long uidValidity = from.varint();
        long since = from.varint();
        View view = store.view(place.account(), place.mailbox());
        Mailbox mailbox = view.mailbox();
        boolean known = mailbox.uidValidity() == uidValidity && since <= mailbox.highestModSeq();
        Forms.mailbox(head, mailbox);
        if (known && since == mailbox.highestModSeq()) {
            out.write(head.u8(RemoteViews.News.NONE.ordinal()).toByteArray());
            return;
        }
        List<Long> gone = known ? view.expungedSince(since) : List.of();
        boolean all = !known || gone.size() > EXPUNGED;
        head.u8((all ? RemoteViews.News.ALL : RemoteViews.News.SOME).ordinal());
        Forms.list(head, view.keywords(), BinaryWriter::text);
        CommandCodec.uids(head, all ? List.of() : gone);
        int[] told = IntStream.range(0, view.size())
                .filter(at -> all || view.message(at).modSeq() > since)
                .toArray();
        BinaryWriter piece = head.varint(told.length);
        for (int i = 0; i < told.length; i++) {
            Forms.Row.write(piece, view.message(told[i]));
            if (i % PIECE == PIECE - 1) {
                out.write(piece.toByteArray());
                piece = new BinaryWriter();
            }
        }
        out.write(piece.toByteArray());
    }

    /** What never changes of messages, from the first on, as far as it is not too much; some may be gone. */
    private static void contents(View view, BinaryReader from, BinaryWriter to) {
        List<Long> uids = CommandCodec.uids(from, CONTENTS);
        BinaryWriter all = new BinaryWriter();
        int count = 0;
        for (long uid : uids) {
            int at = view.place(uid);
            if (at >= 0 && all.size() < CONTENTS_OCTETS && written(view.message(at), all)) {
                count++;
            }
        }
        to.varint(count).raw(all.toByteArray(), 0, all.size());
    }

    private static boolean written(Message message, BinaryWriter to) {
        try {
            message.savedDate();
        } catch (Refused expunged) {
            return false;
        }
        Forms.Content.write(to, message);
        return true;
    }

    private static void body(MailStore store, BinaryReader from, BinaryWriter to) {
        Place place = Forms.place(from);
        View view = view(store, place, from.varint());
        long uid = from.varint();
        int offset = from.count();
        int length = Math.min(RemoteBody.RANGE, from.count());
        int at = view.place(uid);
        if (at < 0) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the message " + uid + " was expunged meanwhile");
        }
        Message message = view.message(at);
        if (offset > message.size()) {
            throw new Malformed("octet " + offset + " is asked for of " + message.size());
        }
        try (InputStream octets =
                store.body(place.account(), place.mailbox(), message).open(offset)) {
            to.bytes(octets.readNBytes(length));
        } catch (IOException failed) {
            throw new TryLater("the message could not be read: " + failed.getMessage());
        }
    }

    private static void mayHold(MailStore store, BinaryReader from, BinaryWriter to) {
        Place place = Forms.place(from);
        int where = from.u8();
        if (where >= Where.values().length) {
            throw new Malformed("there is no place " + where + " to look for a text in");
        }
        View view = store.view(place.account(), place.mailbox());
        LongPredicate may = store.mayHold(place.account(), view, Where.values()[where], from.text());
        CommandCodec.uids(
                to,
                IntStream.range(0, view.size())
                        .mapToObj(at -> view.message(at).uid())
                        .filter(may::test)
                        .toList());
    }

    /** Holds a request of a node that watches mailboxes until one of them has changed. */
    private void watch(NodeName peer, byte[] request, OutputStream out) throws IOException {
        BinaryReader question = new BinaryReader(request);
        MailStore store = led(peer, question);
        boolean afresh = question.flag();
        List<Place> places = Forms.list(question, Forms::place);
        if (places.size() > Question.PLACES) {
            throw new Malformed("a node watches " + Question.PLACES + " mailboxes of a shard at most");
        }
        held.forEach((watcher, watch) -> {
            if (watch.forgotten(FORGOTTEN) && held.remove(watcher, watch)) {
                watch.close();
            }
        });
        HeldWatch watch = held.computeIfAbsent(new Watcher(peer, store.shard()), watcher -> new HeldWatch(store));
        BinaryWriter changed = Answer.done();
        Forms.list(changed, watch.await(places, afresh, LeaderLink.HOLD), Forms::place);
        out.write(changed.toByteArray());
    }
}

package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.fetch.BinaryItem;
import org.merpati.imap.fetch.FetchItem;
import org.merpati.imap.fetch.PreviewItem;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Partial;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.Message;

/** FETCH and UID FETCH (RFC 3501 §6.4.5, RFC 7162 §3.1.4). */
record FetchCommand(NumberSet numbers, boolean uid, List<FetchItem> items, Modifiers modifiers)
        implements Command.InMailbox {
    /**
     * What of the messages named is meant.
     *
     * @param changedSince only those with a greater MODSEQ
     * @param vanished whether the UIDs expunged since are told too (RFC 7162 §3.2.6)
     * @param partial the page of them (RFC 9394 §3.3)
     */
    record Modifiers(OptionalLong changedSince, boolean vanished, Optional<Partial> partial) {
        private static final Modifiers NONE = new Modifiers(OptionalLong.empty(), false, Optional.empty());

        /** Reads them behind their opening parenthesis. */
        private static Modifiers parse(Parser parser, boolean uid) {
            OptionalLong changedSince = OptionalLong.empty();
            boolean vanished = false;
            Optional<Partial> partial = Optional.empty();
            do {
                switch (parser.word()) {
                    case "CHANGEDSINCE" -> {
                        parser.space();
                        changedSince = OptionalLong.of(parser.modSeq());
                    }
                    case "VANISHED" -> vanished = true;
                    case "PARTIAL" -> {
                        parser.space();
                        partial = Optional.of(Partial.parse(parser));
                    }
                    default -> throw new Malformed("FETCH knows the modifiers CHANGEDSINCE, VANISHED and PARTIAL");
                }
            } while (parser.take(' '));
            parser.expect(')');
            if (vanished && (!uid || changedSince.isEmpty())) {
                throw new Malformed("VANISHED goes with UID FETCH and CHANGEDSINCE");
            }
            if (partial.isPresent() && !uid) {
                throw new Malformed("PARTIAL goes with UID FETCH");
            }
            return new Modifiers(changedSince, vanished, partial);
        }
    }

    private static final int ITEMS_LIMIT = 200;

    FetchCommand {
        items = List.copyOf(items);
    }

    static FetchCommand parse(Parser parser, boolean uid) {
        parser.space();
        NumberSet numbers = NumberSet.parse(parser);
        parser.space();
        List<FetchItem> items = parser.peek() == '(' ? items(parser) : one(parser);
        items = new ArrayList<>(uid ? withUid(items) : items);
        Modifiers modifiers = Modifiers.NONE;
        if (parser.peek(1) == '(') {
            parser.space();
            parser.expect('(');
            modifiers = Modifiers.parse(parser, uid);
        }
        if (modifiers.changedSince.isPresent() && !items.contains(FetchItem.Row.MODSEQ)) {
            items.add(FetchItem.Row.MODSEQ);
        }
        return new FetchCommand(numbers, uid, items, modifiers);
    }

    /** What is to be told of messages, in parentheses. */
    static List<FetchItem> items(Parser parser) {
        List<FetchItem> items = new ArrayList<>();
        parser.expect('(');
        do {
            if (items.size() == ITEMS_LIMIT) {
                throw new Malformed("FETCH takes at most " + ITEMS_LIMIT + " items");
            }
            items.add(FetchItem.parse(name(parser), parser));
        } while (parser.take(' '));
        parser.expect(')');
        return items;
    }

    /** What UID FETCH of these messages and items is. */
    static FetchCommand byUid(NumberSet numbers, List<FetchItem> items) {
        return new FetchCommand(numbers, true, withUid(items), Modifiers.NONE);
    }

    /** What UID FETCH tells: the UID too, if it is not asked for. */
    private static List<FetchItem> withUid(List<FetchItem> items) {
        List<FetchItem> all = new ArrayList<>(items);
        if (!all.contains(FetchItem.Row.UID)) {
            all.addFirst(FetchItem.Row.UID);
        }
        return all;
    }

    private static List<FetchItem> one(Parser parser) {
        String name = name(parser);
        return switch (name) {
            case "ALL" -> FetchItem.ALL;
            case "FAST" -> FetchItem.FAST;
            case "FULL" -> FetchItem.FULL;
            default -> List.of(FetchItem.parse(name, parser));
        };
    }

    /** An item's name, which ends before a bracket. */
    private static String name(Parser parser) {
        StringBuilder name = new StringBuilder();
        while ((Character.isLetterOrDigit(parser.peek()) && parser.peek() < 128) || parser.peek() == '.') {
            char c = (char) parser.peek();
            parser.take(c);
            name.append(c >= 'a' && c <= 'z' ? (char) (c - 32) : c);
        }
        return name.toString();
    }

    @Override
    public boolean mayRenumber() {
        return uid;
    }

    @Override
    public boolean numbered() {
        return !uid;
    }

    @Override
    public Answer run(ImapSession session, Selected view) throws IOException {
        boolean modSeq = items.contains(FetchItem.Row.MODSEQ);
        if (modifiers.vanished && !session.enabled().resync()) {
            throw new Malformed("VANISHED needs ENABLE QRESYNC before it");
        }
        if (modSeq) {
            session.enableModSeq();
        }
        int[] meant = numbers.resolve(view, uid);
        if (modifiers.changedSince.isPresent()) {
            meant = changed(view, meant, modifiers.changedSince.getAsLong(), session.reply());
        }
        if (modifiers.partial.isPresent()) {
            meant = modifiers.partial.get().of(meant);
        }
        if (meant.length > 0 && !view.readOnly() && reads() && view.rights().has('s')) {
            markSeen(view, meant);
        } else {
            view.refresh();
        }
        boolean addModSeq = !modSeq && session.enabled().modSeq() && items.contains(FetchItem.Row.FLAGS);
        Optional<Failed> failed = Optional.empty();
        for (int number : meant) {
            Optional<Failed> here = put(view, number, session, addModSeq);
            failed = failed.isPresent() ? failed : here;
        }
        return failed.filter(f -> !uid || f != Failed.GONE)
                .map(f -> Answer.no(f.text))
                .orElse(Answer.ok("done"));
    }

    /** Why a message could not be answered with. */
    private enum Failed {
        GONE("[EXPUNGEISSUED] some messages are gone"),
        ENCODED("[UNKNOWN-CTE] a part's transfer encoding is not known here");

        private final String text;

        Failed(String text) {
            this.text = text;
        }
    }

    /** Those of the messages that have changed since; where asked for, the UIDs that are gone since are told. */
    private int[] changed(Selected view, int[] meant, long since, Reply reply) throws IOException {
        view.refresh();
        if (modifiers.vanished) {
            List<Long> gone = view.vanished(since, numbers);
            if (!gone.isEmpty()) {
                reply.put("* VANISHED (EARLIER) ").put(NumberSet.text(gone)).line();
            }
        }
        return Arrays.stream(meant)
                .filter(number -> {
                    Message message = view.message(number);
                    return message != null && message.modSeq() > since;
                })
                .toArray();
    }

    private boolean reads() {
        return items.stream()
                .anyMatch(item -> (item instanceof FetchItem.Octets octets && !octets.peek())
                        || (item instanceof BinaryItem binary && !binary.peek()));
    }

    private static void markSeen(Selected view, int[] meant) {
        List<Long> unseen = new ArrayList<>();
        for (int number : meant) {
            Message message = view.message(number);
            if (message != null && !message.flags().has(Flags.SEEN)) {
                unseen.add(message.uid());
            }
        }
        if (!unseen.isEmpty()) {
            FlagChange change = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Seen"));
            view.stored(
                    view.store().flags(view.account().id(), view.id(), unseen, change, OptionalLong.empty()), unseen);
        }
        view.refresh();
    }

    /** Writes one message's answer, unless it cannot be known; nothing is written then. */
    private Optional<Failed> put(Selected view, int number, ImapSession session, boolean addModSeq) throws IOException {
        Reply reply = session.reply();
        boolean uidOnly = session.enabled().uidOnly();
        Message message = view.message(number);
        if (message == null || !isHere(message)) {
            return Optional.of(Failed.GONE);
        }
        for (FetchItem item : items) {
            if (item instanceof BinaryItem binary && !binary.decodable(message)) {
                return Optional.of(Failed.ENCODED);
            }
        }
        Body body = null;
        if (needsBody(message)) {
            body = body(view, message);
            if (body == null) {
                return Optional.of(Failed.GONE);
            }
        }
        reply.put("* ").put(uidOnly ? message.uid() : number).put(uidOnly ? " UIDFETCH (" : " FETCH (");
        boolean first = true;
        for (FetchItem item : items) {
            if (uidOnly && item == FetchItem.Row.UID && items.size() > 1) {
                continue;
            }
            if (!first) {
                reply.put(' ');
            }
            first = false;
            put(item, view, message, body, reply);
        }
        if (addModSeq) {
            reply.put(" MODSEQ (").put(message.modSeq()).put(')');
        }
        reply.put(')').line();
        return Optional.empty();
    }

    private static void put(FetchItem item, Selected view, Message message, @Nullable Body body, Reply reply)
            throws IOException {
        switch (item) {
            case FetchItem.Row row -> FetchItem.put(row, message, view.showsRecent(message.uid()), reply);
            case FetchItem.Octets octets ->
                FetchItem.put(octets, message, octets.inRow(message.summary()) ? null : body, reply);
            case BinaryItem binary -> binary.put(message, Objects.requireNonNull(body), reply);
            case PreviewItem preview -> preview.put(message, Objects.requireNonNull(body), reply);
        }
    }

    /** Whether what is asked for of the message's row can be had, which an expunge may have taken away. */
    private boolean isHere(Message message) {
        if (FetchItem.HOT.containsAll(items)) {
            return true;
        }
        try {
            message.savedDate();
            return true;
        } catch (Refused expunged) {
            return false;
        }
    }

    private boolean needsBody(Message message) {
        return items.stream().anyMatch(item -> switch (item) {
            case FetchItem.Row row -> false;
            case FetchItem.Octets octets -> !octets.inRow(message.summary());
            case BinaryItem binary -> true;
            case PreviewItem preview -> true;
        });
    }

    private static @Nullable Body body(Selected view, Message message) {
        try {
            return view.store().body(view.account().id(), view.id(), message);
        } catch (Refused expunged) {
            return null;
        }
    }
}

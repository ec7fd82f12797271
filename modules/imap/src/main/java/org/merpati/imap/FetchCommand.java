package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.Message;

/** FETCH and UID FETCH (RFC 3501 §6.4.5). */
record FetchCommand(NumberSet numbers, boolean uid, List<FetchItem> items) implements Command.InMailbox {
    private static final int ITEMS_LIMIT = 200;

    FetchCommand {
        items = List.copyOf(items);
    }

    static FetchCommand parse(Parser parser, boolean uid) {
        parser.space();
        NumberSet numbers = NumberSet.parse(parser);
        parser.space();
        List<FetchItem> items = new ArrayList<>();
        if (parser.take('(')) {
            do {
                if (items.size() == ITEMS_LIMIT) {
                    throw new Malformed("FETCH takes at most " + ITEMS_LIMIT + " items");
                }
                items.add(FetchItem.parse(name(parser), parser));
            } while (parser.take(' '));
            parser.expect(')');
        } else {
            items.addAll(one(parser));
        }
        if (uid && !items.contains(FetchItem.Row.UID)) {
            items.addFirst(FetchItem.Row.UID);
        }
        return new FetchCommand(numbers, uid, items);
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
    public Answer run(ImapSession session, Selected view) throws IOException {
        int[] meant = numbers.resolve(view, uid);
        if (meant.length > 0 && !view.readOnly() && reads()) {
            markSeen(view, meant);
        } else {
            view.refresh();
        }
        boolean gone = false;
        for (int number : meant) {
            Message message = view.message(number);
            gone |= message == null || !put(view, number, message, session.reply());
        }
        return gone && !uid ? Answer.no("[EXPUNGEISSUED] some messages are gone") : Answer.ok("done");
    }

    private boolean reads() {
        for (FetchItem item : items) {
            if (item instanceof FetchItem.Octets octets && !octets.peek()) {
                return true;
            }
        }
        return false;
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

    /** Writes one message's answer; false if its body has gone. */
    private boolean put(Selected view, int number, Message message, Reply reply) throws IOException {
        Body body = null;
        if (needsBody(message)) {
            body = body(view, message);
            if (body == null) {
                return false;
            }
        }
        reply.put("* ").put(number).put(" FETCH (");
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                reply.put(' ');
            }
            switch (items.get(i)) {
                case FetchItem.Row row -> FetchItem.put(row, message, view.recent(message.uid()), reply);
                case FetchItem.Octets octets ->
                    FetchItem.put(octets, message, octets.inRow(message.summary()) ? null : body, reply);
            }
        }
        reply.put(')').line();
        return true;
    }

    private boolean needsBody(Message message) {
        for (FetchItem item : items) {
            if (item instanceof FetchItem.Octets octets && !octets.inRow(message.summary())) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Body body(Selected view, Message message) {
        try {
            return view.store().body(view.account().id(), view.id(), message);
        } catch (Refused expunged) {
            return null;
        }
    }
}

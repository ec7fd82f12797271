package org.merpati.imap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.fetch.FetchItem;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.MessageUrl;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Message;
import org.merpati.store.View;

/** A part of a message that APPEND or REPLACE is to put together (RFC 4469 §3). */
sealed interface CatenatePart {
    /** Octets that the client sends. */
    record Text(byte[] octets) implements CatenatePart {}

    /** What lies already in a mailbox. */
    record There(MessageUrl url) implements CatenatePart {}

    /** Reads a literal, an UTF-8 literal or a list of parts. */
    static List<CatenatePart> parse(Parser parser) {
        if (parser.takeWord("CATENATE")) {
            parser.space();
            parser.expect('(');
            List<CatenatePart> parts = new ArrayList<>();
            do {
                if (parts.size() == Parser.LIST_LIMIT) {
                    throw new Malformed("CATENATE takes at most " + Parser.LIST_LIMIT + " parts");
                }
                parts.add(one(parser));
            } while (parser.take(' '));
            parser.expect(')');
            return parts;
        }
        boolean utf8 = parser.takeWord("UTF8");
        if (utf8) {
            parser.space();
            parser.expect('(');
        }
        parser.take('~');
        byte[] octets = parser.literal();
        if (utf8) {
            parser.expect(')');
        }
        return List.of(new Text(octets));
    }

    private static CatenatePart one(Parser parser) {
        String kind = parser.word();
        parser.space();
        return switch (kind) {
            case "TEXT" -> {
                parser.take('~');
                yield new Text(parser.literal());
            }
            case "URL" -> new There(MessageUrl.parse(parser.astring()));
            default -> throw new Malformed("a part of CATENATE is TEXT or URL");
        };
    }

    /**
     * All parts, one behind the other.
     *
     * @throws Refused if a part is not there, all are too large, or they are of no octets
     */
    static byte[] joined(List<CatenatePart> parts, ImapSession session) throws IOException {
        int limit = session.settings().appendLimit();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (CatenatePart part : parts) {
            byte[] octets = switch (part) {
                case Text text -> text.octets;
                case There there ->
                    octets(there.url, session)
                            .orElseThrow(() -> new Refused(
                                    Refused.Reason.NONEXISTENT, "a part of the message was expunged meanwhile"));
            };
            if (parts.size() == 1 && octets.length > 0) {
                return octets;
            }
            if (whole.size() + (long) octets.length > limit) {
                throw new Refused(Refused.Reason.LIMIT, "a message has at most " + limit + " octets here");
            }
            whole.writeBytes(octets);
        }
        if (whole.size() == 0) {
            throw new Refused(Refused.Reason.CANNOT, "a message of no octets gives the command up");
        }
        return whole.toByteArray();
    }

    /** The first URL that leads to nothing (RFC 4469 §4, BADURL). */
    static Optional<MessageUrl> dead(List<CatenatePart> parts, ImapSession session) throws IOException {
        for (CatenatePart part : parts) {
            if (part instanceof There there && octets(there.url, session).isEmpty()) {
                return Optional.of(there.url);
            }
        }
        return Optional.empty();
    }

    /** What lies behind a URL, if anything does. */
    private static Optional<byte[]> octets(MessageUrl url, ImapSession session) throws IOException {
        if (url.mailbox().isEmpty()) {
            Optional<Selected> selected =
                    session.selected().filter(s -> s.rights().has('r'));
            return selected.isEmpty()
                    ? Optional.empty()
                    : octets(url, selected.get().account(), selected.get().id());
        }
        Optional<Reached> there = session.names()
                .find(Parser.lawful(url.mailbox().get()))
                .filter(found -> found.rights().has('r') && found.mailbox().selectable())
                .filter(found -> url.uidValidity().orElse(found.mailbox().uidValidity())
                        == found.mailbox().uidValidity());
        return there.isEmpty()
                ? Optional.empty()
                : octets(url, there.get().owner(), there.get().mailbox().id());
    }

    private static Optional<byte[]> octets(MessageUrl url, Logins.Account owner, MailboxId mailbox) throws IOException {
        View view = owner.store().view(owner.id(), mailbox);
        int place = view.place(url.uid());
        if (place < 0) {
            return Optional.empty();
        }
        Message message = view.message(place);
        Optional<byte[]> octets =
                FetchItem.octets(url.section(), message, owner.store().body(owner.id(), mailbox, message));
        return octets.map(o -> url.partial().isPresent() ? url.partial().get().of(o) : o);
    }
}

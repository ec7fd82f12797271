package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.merpati.imap.fetch.ObjectId;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Mailbox;
import org.merpati.store.View;

/** STATUS (RFC 3501 §6.3.10). */
record StatusCommand(String name, Items items) implements Command.AfterLogin {
    /** What STATUS tells of a mailbox (RFC 3501 §6.3.10, RFC 7162 §3.1.7, RFC 7889 §3, RFC 8438, RFC 8474 §4.3). */
    record Items(List<String> names) {
        private static final List<String> KNOWN = List.of(
                "MESSAGES",
                "RECENT",
                "UIDNEXT",
                "UIDVALIDITY",
                "UNSEEN",
                "DELETED",
                "DELETED-STORAGE",
                "SIZE",
                "HIGHESTMODSEQ",
                "APPENDLIMIT",
                "MAILBOXID");

        Items {
            names = List.copyOf(names);
        }

        /** Reads them with their parentheses. */
        static Items parse(Parser parser) {
            parser.expect('(');
            List<String> items = new ArrayList<>();
            do {
                String item = parser.word();
                if (!KNOWN.contains(item)) {
                    throw new Malformed("'" + Parser.cut(item) + "' is no item of STATUS: " + String.join(", ", KNOWN));
                }
                if (!items.contains(item)) {
                    items.add(item);
                }
            } while (parser.take(' '));
            parser.expect(')');
            return new Items(items);
        }

        /** Writes the line of a mailbox. */
        void put(ImapSession session, Mailbox mailbox) throws IOException {
            if (names.contains("HIGHESTMODSEQ")) {
                session.enableModSeq();
            }
            StringBuilder values = new StringBuilder();
            for (String item : names) {
                values.append(values.isEmpty() ? "" : " ").append(item).append(' ');
                if (item.equals("MAILBOXID")) {
                    values.append('(').append(ObjectId.of(mailbox.id())).append(')');
                } else {
                    values.append(value(session, mailbox, item));
                }
            }
            Reply reply = session.reply();
            reply.put("* STATUS ").name(session.written(mailbox.name()));
            reply.put(" (").put(values.toString()).put(')').line();
        }

        private static long value(ImapSession session, Mailbox mailbox, String item) {
            return switch (item) {
                case "MESSAGES" -> mailbox.messages();
                case "UIDNEXT" -> mailbox.uidNext();
                case "UIDVALIDITY" -> mailbox.uidValidity();
                case "UNSEEN" -> mailbox.unseen();
                case "DELETED" -> mailbox.deleted();
                case "DELETED-STORAGE" -> deletedOctets(session, mailbox);
                case "SIZE" -> mailbox.octets();
                case "HIGHESTMODSEQ" -> mailbox.highestModSeq();
                case "APPENDLIMIT" -> session.settings().appendLimit();
                case "RECENT" -> recent(session, mailbox);
                default -> throw new IllegalStateException(item);
            };
        }

        /** What an EXPUNGE would free (RFC 9208 §4.1.4). */
        private static long deletedOctets(ImapSession session, Mailbox mailbox) {
            long octets = 0;
            View view = session.account().store().view(session.account().id(), mailbox.id());
            for (int place = 0; mailbox.deleted() > 0 && place < view.size(); place++) {
                octets += view.message(place).flags().has(Flags.DELETED)
                        ? view.message(place).size()
                        : 0;
            }
            return octets;
        }

        private static long recent(ImapSession session, Mailbox mailbox) {
            var view = session.account().store().view(session.account().id(), mailbox.id());
            int place = view.place(session.recents().upTo(mailbox.id(), view) + 1);
            return (long) view.size() - (place < 0 ? -place - 1 : place);
        }
    }

    static StatusCommand parse(Parser parser) {
        parser.space();
        String name = parser.mailbox();
        parser.space();
        return new StatusCommand(name, Items.parse(parser));
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        session.account().store().fresh();
        Mailbox mailbox = session.mailbox(name);
        if (!mailbox.selectable()) {
            throw new Refused(Refused.Reason.CANNOT, "this level holds only other mailboxes");
        }
        items.put(session, mailbox);
        return Answer.ok("done");
    }
}

package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.merpati.imap.fetch.ObjectId;
import org.merpati.imap.people.Reached;
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
        void put(ImapSession session, Reached reached) throws IOException {
            Mailbox mailbox = reached.mailbox();
            if (names.contains("HIGHESTMODSEQ")) {
                session.enableModSeq();
            }
            StringBuilder values = new StringBuilder();
            for (String item : names) {
                values.append(values.isEmpty() ? "" : " ").append(item).append(' ');
                if (item.equals("MAILBOXID")) {
                    values.append('(').append(ObjectId.of(mailbox.id())).append(')');
                } else {
                    values.append(value(session, reached, item));
                }
            }
            Reply reply = session.reply();
            reply.put("* STATUS ").name(session.written(reached.name()));
            reply.put(" (").put(values.toString()).put(')').line();
        }

        private static long value(ImapSession session, Reached reached, String item) {
            Mailbox mailbox = reached.mailbox();
            return switch (item) {
                case "MESSAGES" -> mailbox.messages();
                case "UIDNEXT" -> mailbox.uidNext();
                case "UIDVALIDITY" -> mailbox.uidValidity();
                case "UNSEEN" -> mailbox.unseen();
                case "DELETED" -> mailbox.deleted();
                case "DELETED-STORAGE" -> deletedOctets(reached);
                case "SIZE" -> mailbox.octets();
                case "HIGHESTMODSEQ" -> mailbox.highestModSeq();
                case "APPENDLIMIT" -> session.settings().appendLimit();
                case "RECENT" -> recent(session, reached);
                default -> throw new IllegalStateException(item);
            };
        }

        /** What an EXPUNGE would free (RFC 9208 §4.1.4). */
        private static long deletedOctets(Reached reached) {
            long octets = 0;
            View view = reached.view();
            for (int place = 0; reached.mailbox().deleted() > 0 && place < view.size(); place++) {
                octets += view.message(place).flags().has(Flags.DELETED)
                        ? view.message(place).size()
                        : 0;
            }
            return octets;
        }

        private static long recent(ImapSession session, Reached reached) {
            View view = reached.view();
            int place = view.place(session.recents().upTo(reached.mailbox().id(), view) + 1);
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
        session.names().fresh(name);
        Reached mailbox = session.names().reach(name, "r");
        if (!mailbox.mailbox().selectable()) {
            throw new Refused(Refused.Reason.CANNOT, "this level holds only other mailboxes");
        }
        items.put(session, mailbox);
        return Answer.ok("done");
    }
}

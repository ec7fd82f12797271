package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Mailbox;

/** STATUS (RFC 3501 §6.3.10). */
record StatusCommand(String name, List<String> items) implements Command.AfterLogin {
    private static final List<String> KNOWN = List.of("MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ");

    static StatusCommand parse(Parser parser) {
        parser.space();
        String name = parser.mailbox();
        parser.space();
        parser.expect('(');
        List<String> items = new ArrayList<>();
        do {
            String item = parser.word();
            if (!KNOWN.contains(item)) {
                throw new Malformed("'" + item + "' is no item of STATUS: " + String.join(", ", KNOWN));
            }
            if (!items.contains(item)) {
                items.add(item);
            }
        } while (parser.take(' '));
        parser.expect(')');
        return new StatusCommand(name, List.copyOf(items));
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        var store = session.account().store();
        store.fresh();
        Mailbox mailbox = session.mailbox(name);
        if (!mailbox.selectable()) {
            throw new Refused(Refused.Reason.CANNOT, "this level holds only other mailboxes");
        }
        if (items.contains("HIGHESTMODSEQ")) {
            session.enableModSeq();
        }
        Reply reply = session.reply();
        reply.put("* STATUS ").string(ModifiedUtf7.encode(name)).put(" (");
        for (int i = 0; i < items.size(); i++) {
            String item = items.get(i);
            reply.put(i == 0 ? "" : " ").put(item).put(' ').put(value(session, mailbox, item));
        }
        reply.put(')').line();
        return Answer.ok("done");
    }

    private static long value(ImapSession session, Mailbox mailbox, String item) {
        return switch (item) {
            case "MESSAGES" -> mailbox.messages();
            case "UIDNEXT" -> mailbox.uidNext();
            case "UIDVALIDITY" -> mailbox.uidValidity();
            case "UNSEEN" -> mailbox.unseen();
            case "HIGHESTMODSEQ" -> mailbox.highestModSeq();
            case "RECENT" -> recent(session, mailbox);
            default -> throw new IllegalStateException(item);
        };
    }

    private static long recent(ImapSession session, Mailbox mailbox) {
        var view = session.account().store().view(session.account().id(), mailbox.id());
        int place = view.place(session.recents().upTo(mailbox.id(), view) + 1);
        return (long) view.size() - (place < 0 ? -place - 1 : place);
    }
}

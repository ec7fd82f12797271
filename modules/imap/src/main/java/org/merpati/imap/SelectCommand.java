package org.merpati.imap;

import java.io.IOException;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Refused;
import org.merpati.store.Mailbox;
import org.merpati.store.View;

/** SELECT and EXAMINE (RFC 3501 §6.3.1, §6.3.2). */
record SelectCommand(String name, boolean readOnly) implements Command.AfterLogin {
    static SelectCommand parse(Parser parser, boolean readOnly) {
        parser.space();
        return new SelectCommand(parser.mailbox(), readOnly);
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        session.unselect();
        session.account().store().fresh();
        Mailbox mailbox = session.mailbox(name);
        if (!mailbox.selectable()) {
            throw new Refused(Refused.Reason.CANNOT, "this level holds only other mailboxes");
        }
        Selected selected = session.select(mailbox, readOnly);
        View view = selected.view();
        Reply reply = session.reply();
        selected.putFlagsLine(reply);
        reply.put("* ").put(view.size()).put(" EXISTS").line();
        reply.put("* ").put(selected.recentCount()).put(" RECENT").line();
        int unseen = firstUnseen(view);
        if (unseen > 0) {
            reply.put("* OK [UNSEEN ").put(unseen).put("] first unseen").line();
        }
        reply.put("* OK [UIDVALIDITY ")
                .put(view.mailbox().uidValidity())
                .put("] UIDs valid")
                .line();
        reply.put("* OK [UIDNEXT ")
                .put(view.mailbox().uidNext())
                .put("] predicted next UID")
                .line();
        return Answer.ok(readOnly ? "[READ-ONLY] done" : "[READ-WRITE] done");
    }

    private static int firstUnseen(View view) {
        if (view.mailbox().unseen() > 0) {
            for (int place = 0; place < view.size(); place++) {
                if (!view.message(place).flags().has(Flags.SEEN)) {
                    return place + 1;
                }
            }
        }
        return 0;
    }
}

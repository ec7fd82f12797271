package org.merpati.imap;

import java.io.IOException;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Refused;
import org.merpati.store.Mailbox;

/** STATUS (RFC 3501 §6.3.10). */
record StatusCommand(String name, StatusItems items) implements Command.AfterLogin {
    static StatusCommand parse(Parser parser) {
        parser.space();
        String name = parser.mailbox();
        parser.space();
        return new StatusCommand(name, StatusItems.parse(parser));
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

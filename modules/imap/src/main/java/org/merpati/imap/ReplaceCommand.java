package org.merpati.imap;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.MessageUrl;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.NewMessage;

/** REPLACE and UID REPLACE (RFC 8508): an APPEND and the end of the message that it replaces, both or neither. */
record ReplaceCommand(NumberSet number, boolean uid, String name, AppendCommand.Drafted drafted)
        implements Command.InMailbox {
    static ReplaceCommand parse(Parser parser, boolean uid) {
        parser.space();
        NumberSet number = NumberSet.parse(parser);
        boolean one = number.ranges().size() == 1
                && number.ranges().getFirst().first()
                        == number.ranges().getFirst().last();
        if (!one) {
            throw new Malformed("REPLACE takes one message");
        }
        parser.space();
        String name = parser.mailbox();
        return new ReplaceCommand(number, uid, name, AppendCommand.message(parser));
    }

    @Override
    public boolean numbered() {
        return !uid;
    }

    @Override
    public Answer run(ImapSession session, Selected view) throws IOException {
        if (view.readOnly()) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the mailbox was opened with EXAMINE");
        }
        List<Long> old = view.uids(number.resolve(view, uid));
        if (old.isEmpty()) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the message to be replaced is gone");
        }
        Optional<MessageUrl> dead = CatenatePart.dead(drafted.parts(), session);
        if (dead.isPresent()) {
            return AppendCommand.badUrl(dead.get());
        }
        NewMessage message = drafted.message(session);
        Logins.Account account = view.account();
        Optional<Mailbox> target = view.store().mailbox(account.id(), name);
        if (target.isEmpty()) {
            return Answer.no("[TRYCREATE] there is no mailbox of that name");
        }
        MailStore.Appended appended = view.store()
                .replace(account.id(), view.id(), old.getFirst(), target.get().id(), message);
        session.reply()
                .put("* OK [APPENDUID ")
                .put(appended.uidValidity())
                .put(' ')
                .put(appended.uid())
                .put("] replaced")
                .line();
        return Answer.okHighest(session.enabled().modSeq());
    }
}

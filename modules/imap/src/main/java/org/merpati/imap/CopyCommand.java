package org.merpati.imap;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;

/** COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851), with RFC 4315's COPYUID, and their UID forms. */
record CopyCommand(NumberSet numbers, boolean uid, String to, boolean move) implements Command.InMailbox {
    static CopyCommand parse(Parser parser, boolean uid, boolean move) {
        parser.space();
        NumberSet numbers = NumberSet.parse(parser);
        parser.space();
        return new CopyCommand(numbers, uid, parser.mailbox(), move);
    }

    @Override
    public boolean numbered() {
        return !uid;
    }

    @Override
    public Answer run(ImapSession session, Selected view) throws IOException {
        if (move && view.readOnly()) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the mailbox was opened with EXAMINE");
        }
        List<Long> uids = view.uids(numbers.resolve(view, uid));
        Logins.Account account = view.account();
        Optional<Mailbox> target = view.store().mailbox(account.id(), to);
        if (target.isEmpty()) {
            return Answer.no("[TRYCREATE] there is no mailbox of that name");
        }
        if (uids.isEmpty()) {
            return Answer.ok("there was nothing to do");
        }
        MailStore.Copied copied = move
                ? view.store().move(account.id(), view.id(), uids, target.get().id())
                : view.store().copy(account.id(), view.id(), uids, target.get().id());
        if (copied.from().isEmpty()) {
            return Answer.no("[EXPUNGEISSUED] the messages are gone");
        }
        String code = "[COPYUID " + copied.uidValidity() + " " + NumberSet.text(copied.from()) + " "
                + NumberSet.text(copied.to()) + "] ";
        if (move) {
            session.reply().put("* OK ").put(code).put("moved").line();
            return Answer.okHighest(session.enabled().modSeq());
        }
        return Answer.ok(code + "done");
    }
}

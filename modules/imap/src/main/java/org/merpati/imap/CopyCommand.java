package org.merpati.imap;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.people.Carrier;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.MailboxId;
import org.merpati.store.MailStore;

/**
 * COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851), with RFC 4315's COPYUID, and their UID forms; also from one account to
 * another, where MOVE removes what was appended and acknowledged.
 */
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
        if (move) { // RFC 6851 §4.2
            view.needToChange('t');
            view.needToChange('e');
        }
        List<Long> uids = view.uids(numbers.resolve(view, uid));
        Optional<Reached> target = session.names().find(to, "i");
        if (target.isEmpty()) {
            return AppendCommand.NO_TARGET;
        }
        if (uids.isEmpty()) {
            return Answer.ok("there was nothing to do");
        }
        MailStore.Copied copied = carry(view, uids, target.get());
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

    private MailStore.Copied carry(Selected view, List<Long> uids, Reached target) {
        Logins.Account from = view.account();
        MailboxId id = target.mailbox().id();
        if (from.id().equals(target.owner().id()) && Reached.allFlags(target.rights())) {
            return move
                    ? view.store().move(from.id(), view.id(), uids, id)
                    : view.store().copy(from.id(), view.id(), uids, id);
        }
        MailStore.Copied copied = new Carrier(from, view.id(), target).copy(uids);
        if (move) {
            Carrier.remove(from, view.id(), copied.from());
        }
        return copied;
    }
}

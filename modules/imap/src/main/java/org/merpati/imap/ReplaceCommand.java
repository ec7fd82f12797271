package org.merpati.imap;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.people.Carrier;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.MessageUrl;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.NewMessage;

/**
 * REPLACE and UID REPLACE (RFC 8508): an APPEND and the end of the message that it replaces, both or neither; from one
 * account to another first the one, then the other.
 */
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
        view.needToChange('t');
        view.needToChange('e');
        List<Long> old = view.uids(number.resolve(view, uid));
        if (old.isEmpty()) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the message to be replaced is gone");
        }
        Optional<MessageUrl> dead = CatenatePart.dead(drafted.parts(), session);
        if (dead.isPresent()) {
            return AppendCommand.badUrl(dead.get());
        }
        Optional<Reached> target = session.names().find(name, "i");
        if (target.isEmpty()) {
            return AppendCommand.NO_TARGET;
        }
        MailStore.Appended appended = replace(
                view,
                old.getFirst(),
                target.get(),
                drafted.message(session, target.get().rights()));
        session.reply()
                .put("* OK [APPENDUID ")
                .put(appended.uidValidity())
                .put(' ')
                .put(appended.uid())
                .put("] replaced")
                .line();
        return Answer.okHighest(session.enabled().modSeq());
    }

    private static MailStore.Appended replace(Selected view, long old, Reached to, NewMessage message) {
        Logins.Account account = view.account();
        if (account.id().equals(to.owner().id())) {
            return view.store()
                    .replace(account.id(), view.id(), old, to.mailbox().id(), message);
        }
        view.refresh();
        if (view.view().place(old) < 0) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the message to be replaced is gone");
        }
        MailStore.Appended appended = to.store()
                .append(to.owner().id(), to.mailbox().id(), List.of(message))
                .getFirst();
        Carrier.remove(account, view.id(), List.of(old));
        return appended;
    }
}

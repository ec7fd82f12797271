package org.merpati.imap;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.merpati.kernel.Flags;
import org.merpati.store.Body;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.NewMessage;

/** APPEND (RFC 3501 §6.3.11, with RFC 4315's APPENDUID). */
record AppendCommand(String name, NewMessage message) implements Command.AfterLogin {
    static AppendCommand parse(Parser parser) {
        parser.space();
        String name = parser.mailbox();
        parser.space();
        Flags flags = Flags.NONE;
        if (parser.peek() == '(') {
            flags = parser.flagList();
            parser.space();
        }
        OptionalLong date = OptionalLong.empty();
        if (parser.peek() == '"') {
            date = OptionalLong.of(parser.dateTime());
            parser.space();
        }
        return new AppendCommand(name, new NewMessage(Body.of(parser.literal()), flags, date));
    }

    @Override
    public Answer run(ImapSession session) {
        Logins.Account account = session.account();
        Optional<Mailbox> mailbox = account.store().mailbox(account.id(), name);
        if (mailbox.isEmpty()) {
            return Answer.no("[TRYCREATE] there is no mailbox of that name");
        }
        MailStore.Appended appended = account.store()
                .append(account.id(), mailbox.get().id(), List.of(message))
                .getFirst();
        return Answer.ok("[APPENDUID " + appended.uidValidity() + " " + appended.uid() + "] done");
    }
}

package org.merpati.imap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Body;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.NewMessage;

/** APPEND (RFC 3501 §6.3.11, RFC 3502, with RFC 4315's APPENDUID and RFC 3516's literals): all messages or none. */
record AppendCommand(String name, List<NewMessage> messages) implements Command.AfterLogin {
    AppendCommand {
        messages = List.copyOf(messages);
    }

    static AppendCommand parse(Parser parser) {
        parser.space();
        String name = parser.mailbox();
        List<NewMessage> messages = new ArrayList<>();
        do {
            if (messages.size() == Parser.LIST_LIMIT) {
                throw new Malformed("APPEND takes at most " + Parser.LIST_LIMIT + " messages");
            }
            messages.add(message(parser));
        } while (parser.peek(1) > ' ');
        return new AppendCommand(name, messages);
    }

    /** Reads a message with its flags and date. */
    static NewMessage message(Parser parser) {
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
        parser.take('~');
        return new NewMessage(Body.of(parser.literal()), flags, date);
    }

    @Override
    public Answer run(ImapSession session) {
        if (messages.stream().anyMatch(m -> m.body().size() == 0)) {
            throw new Refused(Refused.Reason.CANNOT, "a message of no octets gives the command up");
        }
        Logins.Account account = session.account();
        Optional<Mailbox> mailbox = account.store().mailbox(account.id(), name);
        if (mailbox.isEmpty()) {
            return Answer.no("[TRYCREATE] there is no mailbox of that name");
        }
        List<MailStore.Appended> appended =
                account.store().append(account.id(), mailbox.get().id(), messages);
        String uids =
                NumberSet.text(appended.stream().map(MailStore.Appended::uid).toList());
        return Answer.ok("[APPENDUID " + appended.getFirst().uidValidity() + " " + uids + "] done");
    }
}

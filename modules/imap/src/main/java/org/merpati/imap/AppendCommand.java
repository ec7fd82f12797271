package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.MessageUrl;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Body;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.NewMessage;

/**
 * APPEND (RFC 3501 §6.3.11, RFC 3502, with RFC 4315's APPENDUID, RFC 3516's and RFC 6855's literals): all messages or
 * none. A message may be put together from others (RFC 4469).
 */
record AppendCommand(String name, List<Drafted> messages) implements Command.AfterLogin {
    /** A message as the client gives it: its octets, or what it is made of. */
    record Drafted(List<CatenatePart> parts, Flags flags, OptionalLong date) {
        Drafted {
            parts = List.copyOf(parts);
        }

        /**
         * The message itself.
         *
         * @throws Refused if a part is not there, or it all is too large
         */
        NewMessage message(ImapSession session) throws IOException {
            return new NewMessage(Body.of(CatenatePart.joined(parts, session)), flags, date);
        }
    }

    AppendCommand {
        messages = List.copyOf(messages);
    }

    static AppendCommand parse(Parser parser) {
        parser.space();
        String name = parser.mailbox();
        List<Drafted> messages = new ArrayList<>();
        do {
            if (messages.size() == Parser.LIST_LIMIT) {
                throw new Malformed("APPEND takes at most " + Parser.LIST_LIMIT + " messages");
            }
            messages.add(message(parser));
        } while (parser.peek(1) > ' ');
        return new AppendCommand(name, messages);
    }

    /** Reads a message with its flags and date. */
    static Drafted message(Parser parser) {
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
        return new Drafted(CatenatePart.parse(parser), flags, date);
    }

    /** Says which URL leads to nothing; it stands without quotes (RFC 4469 §5, erratum 4046). */
    static Answer badUrl(MessageUrl dead) {
        String text = dead.text().replaceAll("[^!-~]|[\\\\\"\\]]", "?");
        return Answer.no("[BADURL " + text + "] the message is made of what is not there");
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        List<CatenatePart> parts =
                messages.stream().flatMap(drafted -> drafted.parts().stream()).toList();
        Optional<MessageUrl> dead = CatenatePart.dead(parts, session);
        if (dead.isPresent()) {
            return badUrl(dead.get());
        }
        List<NewMessage> whole = new ArrayList<>();
        for (Drafted drafted : messages) {
            whole.add(drafted.message(session));
        }
        Logins.Account account = session.account();
        Optional<Mailbox> mailbox = account.store().mailbox(account.id(), name);
        if (mailbox.isEmpty()) {
            return Answer.no("[TRYCREATE] there is no mailbox of that name");
        }
        List<MailStore.Appended> appended =
                account.store().append(account.id(), mailbox.get().id(), whole);
        String uids =
                NumberSet.text(appended.stream().map(MailStore.Appended::uid).toList());
        return Answer.ok("[APPENDUID " + appended.getFirst().uidValidity() + " " + uids + "] done");
    }
}

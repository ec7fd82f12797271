package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.MessageUrl;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Body;
import org.merpati.store.MailStore;
import org.merpati.store.NewMessage;
import org.merpati.store.people.Rights;

/**
 * APPEND (RFC 3501 §6.3.11, RFC 3502, with RFC 4315's APPENDUID, RFC 3516's and RFC 6855's literals): all messages or
 * none. A message may be put together from others (RFC 4469).
 */
record AppendCommand(String name, List<Drafted> messages) implements Command.AfterLogin {
    /** What is said where messages cannot be put, for want of a mailbox. */
    static final Answer NO_TARGET = Answer.no("[TRYCREATE] there is no mailbox of that name");

    /** A message as the client gives it: its octets, or what it is made of. */
    record Drafted(List<CatenatePart> parts, Flags flags, OptionalLong date) {
        Drafted {
            parts = List.copyOf(parts);
        }

        /**
         * The message itself.
         *
         * @param rights what flags may be set with (RFC 4314 §4)
         * @throws Refused if a part is not there, or it all is too large
         */
        NewMessage message(ImapSession session, Rights rights) throws IOException {
            Body body = Body.of(CatenatePart.joined(parts, session));
            return new NewMessage(body, Reached.allowed(flags, rights), date);
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
        Optional<Reached> found = session.names().find(name, "i");
        if (found.isEmpty()) {
            return NO_TARGET;
        }
        Reached mailbox = found.get();
        List<NewMessage> whole = new ArrayList<>();
        for (Drafted drafted : messages) {
            whole.add(drafted.message(session, mailbox.rights()));
        }
        List<MailStore.Appended> appended =
                mailbox.store().append(mailbox.owner().id(), mailbox.mailbox().id(), whole);
        String uids =
                NumberSet.text(appended.stream().map(MailStore.Appended::uid).toList());
        return Answer.ok("[APPENDUID " + appended.getFirst().uidValidity() + " " + uids + "] done");
    }
}

package org.merpati.imap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.people.Rights;

/**
 * SETACL, DELETEACL, GETACL, LISTRIGHTS and MYRIGHTS (RFC 4314 §3). An identifier is the name that somebody logs in
 * with, or {@code anyone}; rights are granted, never denied, and an owner has them all.
 */
sealed interface AclCommand extends Command.AfterLogin {
    /** The identifier of everybody (RFC 4314 §2). */
    String ANYONE = "anyone";

    /** SETACL (RFC 4314 §3.1). */
    record Set(String mailbox, String identifier, FlagChange.Kind kind, Rights rights) implements AclCommand {
        @Override
        public Answer run(ImapSession session) {
            Reached reached = session.names().reach(mailbox, "a");
            grant(session, reached, identifier, kind, rights);
            return Answer.ok("done");
        }
    }

    /** DELETEACL (RFC 4314 §3.2). */
    record Delete(String mailbox, String identifier) implements AclCommand {
        @Override
        public Answer run(ImapSession session) {
            Reached reached = session.names().reach(mailbox, "a");
            grant(session, reached, identifier, FlagChange.Kind.SET, Rights.NONE);
            return Answer.ok("done");
        }
    }

    /** GETACL (RFC 4314 §3.3). */
    record Get(String mailbox) implements AclCommand {
        @Override
        public Answer run(ImapSession session) throws IOException {
            Reached reached = session.names().reach(mailbox, "a");
            Reply reply = session.reply();
            reply.put("* ACL ").name(session.written(reached.name()));
            put(reply, reached.owner().user(), Rights.ALL);
            for (Map.Entry<AccountId, Rights> grant : reached.acl().entrySet()) {
                put(reply, shown(session, grant.getKey()), grant.getValue());
            }
            reply.line();
            return Answer.ok("done");
        }

        private static void put(Reply reply, String identifier, Rights rights) throws IOException {
            reply.put(' ').name(octets(identifier)).put(' ').put(text(rights));
        }
    }

    /** LISTRIGHTS (RFC 4314 §3.4): no right comes with another. */
    record ListRights(String mailbox, String identifier) implements AclCommand {
        @Override
        public Answer run(ImapSession session) throws IOException {
            Reached reached = session.names().reach(mailbox, "a");
            boolean owner =
                    account(session, reached, identifier).equals(reached.owner().id());
            Reply reply = session.reply();
            reply.put("* LISTRIGHTS ").name(session.written(reached.name())).put(' ');
            reply.name(octets(identifier)).put(' ');
            if (owner) {
                reply.put(text(Rights.ALL));
            } else {
                reply.put("\"\"");
                for (char right : text(Rights.ALL).toCharArray()) {
                    reply.put(' ').put(right);
                }
            }
            reply.line();
            return Answer.ok("done");
        }
    }

    /** MYRIGHTS (RFC 4314 §3.5). */
    record MyRights(String mailbox) implements AclCommand {
        @Override
        public Answer run(ImapSession session) throws IOException {
            putRights(session, session.names().reach(mailbox, "lrikxa"));
            return Answer.ok("done");
        }
    }

    /** Reads one behind its name. */
    static AclCommand parse(String word, Parser parser) {
        parser.space();
        String mailbox = parser.mailbox();
        return switch (word) {
            case "GETACL" -> new Get(mailbox);
            case "MYRIGHTS" -> new MyRights(mailbox);
            case "DELETEACL" -> new Delete(mailbox, identifier(parser));
            case "LISTRIGHTS" -> new ListRights(mailbox, identifier(parser));
            default -> set(mailbox, identifier(parser), parser);
        };
    }

    private static AclCommand set(String mailbox, String identifier, Parser parser) {
        parser.space();
        String change = parser.astring();
        FlagChange.Kind kind = change.startsWith("+")
                ? FlagChange.Kind.ADD
                : change.startsWith("-") ? FlagChange.Kind.REMOVE : FlagChange.Kind.SET;
        Rights rights = Rights.parse(kind == FlagChange.Kind.SET ? change : change.substring(1));
        return new Set(mailbox, identifier, kind, rights);
    }

    private static String identifier(Parser parser) {
        parser.space();
        String identifier = new String(parser.astringOctets(), StandardCharsets.UTF_8);
        if (identifier.isBlank() || identifier.chars().anyMatch(c -> Character.isISOControl(c) || c == 0xfffd)) {
            throw new Malformed("an identifier is the name of somebody, or " + ANYONE);
        }
        return identifier;
    }

    private static void grant(
            ImapSession session, Reached reached, String identifier, FlagChange.Kind kind, Rights rights) {
        AccountId grantee = account(session, reached, identifier);
        reached.store().grant(reached.owner().id(), reached.mailbox().id(), grantee, kind, rights);
    }

    /**
     * Whom an identifier means: also somebody who is gone, by what GETACL shows of her.
     *
     * @throws Refused if it means nobody
     */
    private static AccountId account(ImapSession session, Reached reached, String identifier) {
        if (identifier.startsWith("-")) {
            throw new Refused(
                    Refused.Reason.CANNOT, "rights are granted or taken away here, and not denied by an identifier");
        }
        if (identifier.equals(ANYONE)) {
            return MailStore.ANYONE;
        }
        Optional<AccountId> person = session.logins().person(identifier).map(Logins.Person::id);
        return person.or(() -> reached.acl().keySet().stream()
                        .filter(id -> shown(session, id).equals(identifier))
                        .findFirst())
                .orElseThrow(() -> new Refused(Refused.Reason.NONEXISTENT, "there is nobody of that name"));
    }

    private static String shown(ImapSession session, AccountId id) {
        return id.equals(MailStore.ANYONE)
                ? ANYONE
                : session.logins().person(id).map(Logins.Person::user).orElse(id.toString());
    }

    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Tells what may be done with a mailbox here (RFC 4314 §3.8). */
    static void putRights(ImapSession session, Reached mailbox) throws IOException {
        Reply reply = session.reply();
        reply.put("* MYRIGHTS ").name(session.written(mailbox.name()));
        reply.put(' ').put(text(mailbox.rights())).line();
    }

    /** The letters, with the obsolete ones that stand for some of them (RFC 4314 §2.1.1). */
    private static String text(Rights rights) {
        String text = rights
                + (rights.has('k') || rights.has('x') ? "c" : "")
                + (rights.has('t') || rights.has('e') ? "d" : "");
        return text.isEmpty() ? "\"\"" : text;
    }
}

package org.merpati.imap;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.merpati.imap.fetch.ObjectId;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Names;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;

/**
 * Commands that change the list of mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3), with the
 * rights that they need (RFC 4314 §4). Subscriptions are one's own, to mailboxes of others too.
 *
 * @param to the new name of RENAME
 * @param uses the special uses of CREATE (RFC 6154 §3)
 */
record MailboxCommand(Kind kind, String name, String to, Set<String> uses) implements Command.AfterLogin {
    private static final List<String> USES = List.of("\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash");

    /** How many levels a name may have: each is granted what the one above it is. */
    private static final int LEVELS_LIMIT = 20;

    enum Kind {
        CREATE,
        DELETE,
        RENAME,
        SUBSCRIBE,
        UNSUBSCRIBE
    }

    static MailboxCommand parse(String word, Parser parser) {
        Kind kind = Kind.valueOf(word);
        parser.space();
        String name = parser.mailbox();
        String to = "";
        if (kind == Kind.RENAME) {
            parser.space();
            to = parser.mailbox();
        }
        if (kind == Kind.CREATE && name.length() > 1 && name.endsWith("/")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.isEmpty() || (kind == Kind.RENAME && to.isEmpty())) {
            throw new Malformed("a mailbox has a name");
        }
        return new MailboxCommand(kind, name, to, kind == Kind.CREATE ? uses(parser) : Set.of());
    }

    /** The parameters of CREATE. */
    private static Set<String> uses(Parser parser) {
        Set<String> uses = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        if (parser.peek(1) == '(') {
            parser.space();
            parser.expect('(');
            if (!parser.word().equals("USE")) {
                throw new Malformed("CREATE knows the parameter USE");
            }
            parser.space();
            parser.expect('(');
            while (!parser.take(')')) {
                if (!uses.isEmpty()) {
                    parser.space();
                }
                parser.expect('\\');
                uses.add("\\" + parser.atom());
            }
            parser.expect(')');
        }
        return uses;
    }

    /** A mailbox has one use at the most, and a use that only the server could fill is not for a client to give. */
    private Answer create(ImapSession session) {
        Optional<String> use = USES.stream().filter(uses::contains).findFirst();
        if (uses.size() > 1 || (uses.size() == 1 && use.isEmpty())) {
            return Answer.no("[USEATTR] a mailbox has one use: " + String.join(", ", USES));
        }
        if (Names.others(name) && use.isPresent()) {
            return Answer.no("[USEATTR] the uses of another's mailboxes are hers to give");
        }
        Names.Spot spot = session.names().reachNew(name);
        checkLevels(spot.mailbox());
        Set<String> one = use.map(Set::of).orElse(Set.of());
        Mailbox made = spot.owner().store().create(spot.owner().id(), spot.mailbox(), one);
        return Answer.ok("[MAILBOXID (" + ObjectId.of(made.id()) + ")] done");
    }

    /** A session that deletes the mailbox it has selected has none selected afterwards. */
    private void delete(ImapSession session) {
        Reached mailbox = session.names().reach(name, "x");
        Logins.Account owner = mailbox.owner();
        owner.store().delete(owner.id(), mailbox.mailbox().name());
        if (session.selected()
                .map(Selected::id)
                .equals(Optional.of(mailbox.mailbox().id()))) {
            session.unselect();
        }
    }

    private void rename(ImapSession session) {
        Reached mailbox = session.names().reach(name, "x");
        Names.Spot spot = session.names().reachNew(to);
        Logins.Account owner = mailbox.owner();
        if (!owner.id().equals(spot.owner().id())) {
            throw new Refused(Refused.Reason.CANNOT, "a mailbox stays with its owner; its messages can be moved");
        }
        String from = mailbox.mailbox().name();
        checkLevels(spot.mailbox());
        for (Mailbox below : owner.store().mailboxes(owner.id())) {
            if (below.name().startsWith(from + "/") && !from.equals("INBOX")) {
                checkLevels(spot.mailbox() + below.name().substring(from.length()));
            }
        }
        owner.store().rename(owner.id(), from, spot.mailbox());
    }

    private static void checkLevels(String name) {
        if (name.chars().filter(c -> c == '/').count() >= LEVELS_LIMIT) {
            throw new Refused(Refused.Reason.LIMIT, "a mailbox is at most " + LEVELS_LIMIT + " levels deep");
        }
    }

    /** One's own names are taken as they are, existing or not; those of others must be there to be seen. */
    private void subscribe(ImapSession session) {
        String known = Names.others(name) ? session.names().reach(name, "l").name() : name;
        session.account().store().subscribe(session.account().id(), known, true);
    }

    @Override
    public Answer run(ImapSession session) {
        MailStore store = session.account().store();
        var account = session.account().id();
        switch (kind) {
            case CREATE -> {
                return create(session);
            }
            case DELETE -> delete(session);
            case RENAME -> rename(session);
            case SUBSCRIBE -> subscribe(session);
            case UNSUBSCRIBE -> store.subscribe(account, name, false);
        }
        return Answer.ok("done");
    }
}

package org.merpati.imap;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.merpati.imap.fetch.ObjectId;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;

/**
 * Commands that change the list of mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3).
 *
 * @param to the new name of RENAME
 * @param uses the special uses of CREATE (RFC 6154 §3)
 */
record MailboxCommand(Kind kind, String name, String to, Set<String> uses) implements Command.AfterLogin {
    private static final List<String> USES = List.of("\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash");

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
        Set<String> one = use.map(Set::of).orElse(Set.of());
        Mailbox made = session.account().store().create(session.account().id(), name, one);
        return Answer.ok("[MAILBOXID (" + ObjectId.of(made.id()) + ")] done");
    }

    /** A session that deletes the mailbox it has selected has none selected afterwards. */
    private void delete(ImapSession session) {
        Logins.Account account = session.account();
        Optional<MailboxId> id = account.store().mailbox(account.id(), name).map(Mailbox::id);
        account.store().delete(account.id(), name);
        if (id.isPresent() && id.equals(session.selected().map(Selected::id))) {
            session.unselect();
        }
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
            case RENAME -> store.rename(account, name, to);
            case SUBSCRIBE -> store.subscribe(account, name, true);
            case UNSUBSCRIBE -> store.subscribe(account, name, false);
        }
        return Answer.ok("done");
    }
}

package org.merpati.imap;

import java.util.Optional;
import java.util.Set;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;

/** Commands that change the list of mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3). */
record MailboxCommand(Kind kind, String name, String to) implements Command.AfterLogin {
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
        return new MailboxCommand(kind, name, to);
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
            case CREATE -> store.create(account, name, Set.of());
            case DELETE -> delete(session);
            case RENAME -> store.rename(account, name, to);
            case SUBSCRIBE -> store.subscribe(account, name, true);
            case UNSUBSCRIBE -> store.subscribe(account, name, false);
        }
        return Answer.ok("done");
    }
}

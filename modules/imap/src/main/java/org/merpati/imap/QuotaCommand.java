package org.merpati.imap;

import java.io.IOException;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Names;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Refused;
import org.merpati.store.Usage;

/**
 * GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208). An account has one quota for all that it keeps, whose root is named
 * {@code ""}; another's is named as the level of her mailboxes here is. Administrators set it in the directory.
 *
 * @param name a quota root's or, of GETQUOTAROOT, a mailbox's
 */
record QuotaCommand(Kind kind, String name) implements Command.AfterLogin {
    /** What is asked. */
    enum Kind {
        GETQUOTA,
        GETQUOTAROOT,
        SETQUOTA
    }

    private static final int UNIT = 1_024;

    static QuotaCommand parse(String word, Parser parser) {
        Kind kind = Kind.valueOf(word);
        parser.space();
        String name = kind == Kind.SETQUOTA ? parser.astring() : parser.mailbox();
        if (kind == Kind.SETQUOTA) {
            parser.space();
            parser.expect('(');
            boolean first = true;
            while (!parser.take(')')) {
                if (!first) {
                    parser.space();
                }
                first = false;
                parser.atom();
                parser.space();
                parser.modSeq();
            }
        }
        return new QuotaCommand(kind, name);
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        if (kind == Kind.SETQUOTA) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "a quota is set by an administrator");
        }
        Reply reply = session.reply();
        Logins.Account owner = session.account();
        String root = name;
        if (kind == Kind.GETQUOTAROOT) {
            Reached mailbox = session.names().reach(name, "r");
            owner = mailbox.owner();
            root = mailbox.own() ? "" : Names.OTHERS + "/" + owner.user();
            reply.put("* QUOTAROOT ").name(session.written(mailbox.name())).put(' ');
            reply.name(session.written(root)).line();
        } else if (!name.isEmpty()) {
            owner = other(session);
        }
        put(owner.store().usage(owner.id()), session.written(root), reply);
        return Answer.ok("done");
    }

    /** Whose quota the root of another's is, if she lets a mailbox be read. */
    private Logins.Account other(ImapSession session) {
        return session.names().shared().stream()
                .filter(mailbox ->
                        name.equals(Names.OTHERS + "/" + mailbox.owner().user()))
                .filter(mailbox -> mailbox.rights().has('r'))
                .findFirst()
                .map(Reached::owner)
                .orElseThrow(() -> new Refused(Refused.Reason.NONEXISTENT, "there is no such quota root here"));
    }

    /** Tells what is limited; storage in units of 1024 octets, begun ones too. */
    private static void put(Usage usage, String root, Reply reply) throws IOException {
        reply.put("* QUOTA ").name(root).put(" (");
        boolean storage = usage.quota().octets() > 0;
        if (storage) {
            reply.put("STORAGE ")
                    .put(units(usage.octets()))
                    .put(' ')
                    .put(usage.quota().octets() / UNIT);
        }
        if (usage.quota().messages() > 0) {
            reply.put(storage ? " MESSAGE " : "MESSAGE ").put(usage.messages());
            reply.put(' ').put(usage.quota().messages());
        }
        reply.put(')').line();
    }

    private static long units(long octets) {
        return (octets + UNIT - 1) / UNIT;
    }
}

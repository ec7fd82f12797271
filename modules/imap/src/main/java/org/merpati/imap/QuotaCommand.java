package org.merpati.imap;

import java.io.IOException;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Refused;
import org.merpati.store.Usage;

/**
 * GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208). An account has one quota for all that it keeps, whose root is named
 * {@code ""}; administrators set it in the directory.
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
        String name = kind == Kind.GETQUOTAROOT ? parser.mailbox() : parser.astring();
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
        if (kind == Kind.GETQUOTAROOT) {
            String written = session.written(session.mailbox(name).name());
            reply.put("* QUOTAROOT ").name(written).put(" \"\"").line();
        } else if (!name.isEmpty()) {
            throw new Refused(Refused.Reason.NONEXISTENT, "the only quota root here is \"\"");
        }
        put(session.account().store().usage(session.account().id()), reply);
        return Answer.ok("done");
    }

    /** Tells what is limited; storage in units of 1024 octets, begun ones too. */
    private static void put(Usage usage, Reply reply) throws IOException {
        reply.put("* QUOTA \"\" (");
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

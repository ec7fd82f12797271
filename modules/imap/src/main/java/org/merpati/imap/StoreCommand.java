package org.merpati.imap;

import java.util.List;
import java.util.OptionalLong;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;

/** STORE and UID STORE (RFC 3501 §6.4.6). */
record StoreCommand(NumberSet numbers, boolean uid, FlagChange change, boolean silent) implements Command.InMailbox {
    static StoreCommand parse(Parser parser, boolean uid) {
        parser.space();
        NumberSet numbers = NumberSet.parse(parser);
        parser.space();
        FlagChange.Kind kind = FlagChange.Kind.SET;
        if (parser.take('+')) {
            kind = FlagChange.Kind.ADD;
        } else if (parser.take('-')) {
            kind = FlagChange.Kind.REMOVE;
        }
        String item = parser.word();
        boolean silent = item.equals("FLAGS.SILENT");
        if (!silent && !item.equals("FLAGS")) {
            throw new Malformed("STORE knows FLAGS and FLAGS.SILENT, each with + or - or without");
        }
        parser.space();
        return new StoreCommand(numbers, uid, new FlagChange(kind, parser.looseFlags()), silent);
    }

    @Override
    public boolean mayRenumber() {
        return uid;
    }

    @Override
    public Answer run(ImapSession session, Selected view) {
        if (view.readOnly()) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the mailbox was opened with EXAMINE");
        }
        List<Long> uids = view.uids(numbers.resolve(view, uid));
        if (!uids.isEmpty()) {
            MailStore.Stored stored =
                    view.store().flags(view.account().id(), view.id(), uids, change, OptionalLong.empty());
            view.stored(stored, silent ? List.of() : uids);
        }
        return Answer.ok("done");
    }
}

package org.merpati.imap;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;

/**
 * STORE and UID STORE (RFC 3501 §6.4.6).
 *
 * @param unchangedSince messages with a greater MODSEQ are left out and named in the answer (RFC 7162 §3.1.3)
 */
record StoreCommand(NumberSet numbers, boolean uid, FlagChange change, boolean silent, OptionalLong unchangedSince)
        implements Command.InMailbox {
    static StoreCommand parse(Parser parser, boolean uid) {
        parser.space();
        NumberSet numbers = NumberSet.parse(parser);
        parser.space();
        OptionalLong unchangedSince = OptionalLong.empty();
        if (parser.take('(')) {
            if (!parser.word().equals("UNCHANGEDSINCE")) {
                throw new Malformed("STORE knows the modifier UNCHANGEDSINCE");
            }
            parser.space();
            unchangedSince = OptionalLong.of(parser.modSeq());
            parser.expect(')');
            parser.space();
        }
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
        FlagChange change = new FlagChange(kind, parser.looseFlags());
        return new StoreCommand(numbers, uid, change, silent, unchangedSince);
    }

    @Override
    public boolean mayRenumber() {
        return uid;
    }

    @Override
    public boolean numbered() {
        return !uid;
    }

    @Override
    public Answer run(ImapSession session, Selected view) throws IOException {
        if (view.readOnly()) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the mailbox was opened with EXAMINE");
        }
        List<Long> uids = view.uids(numbers.resolve(view, uid));
        if (unchangedSince.isPresent()) {
            session.enableModSeq();
        }
        if (uids.isEmpty()) {
            return Answer.ok("done");
        }
        MailStore.Stored stored = view.store().flags(view.account().id(), view.id(), uids, change, unchangedSince);
        Set<Long> modified = new HashSet<>(stored.modified());
        List<Long> done = uids.stream().filter(u -> !modified.contains(u)).toList();
        view.stored(stored, silent ? List.of() : done);
        return modified.isEmpty()
                ? Answer.ok("done")
                : Answer.ok("[MODIFIED " + named(view, stored) + "] some changed");
    }

    private String named(Selected view, MailStore.Stored stored) {
        return NumberSet.text(stored.modified().stream()
                .map(u -> uid ? u : (long) view.firstAtLeast(u))
                .toList());
    }
}

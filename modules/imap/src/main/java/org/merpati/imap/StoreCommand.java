package org.merpati.imap;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.people.Rights;

/**
 * STORE and UID STORE (RFC 3501 §6.4.6).
 *
 * @param unchangedSince messages with a greater MODSEQ are left out and named in the answer (RFC 7162 §3.1.3)
 */
record StoreCommand(NumberSet numbers, boolean uid, FlagChange change, boolean silent, OptionalLong unchangedSince)
        implements Command.InMailbox {
    private static final int ALL_SYSTEM = Flags.SEEN | Flags.ANSWERED | Flags.FLAGGED | Flags.DELETED | Flags.DRAFT;

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
        view.changeable();
        Rights rights = view.rights();
        Flags allowed = Reached.allowed(change.flags(), rights);
        if (!mayStore(allowed, rights)) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "you lack the right to change these flags");
        }
        List<Long> uids = view.uids(numbers.resolve(view, uid));
        if (unchangedSince.isPresent()) {
            session.enableModSeq();
        }
        if (uids.isEmpty()) {
            return Answer.ok("done");
        }
        MailStore.Stored stored = change.kind() != FlagChange.Kind.SET || Reached.allFlags(rights)
                ? flags(view, uids, new FlagChange(change.kind(), allowed), unchangedSince)
                : set(view, uids, allowed, rights);
        Set<Long> modified = new HashSet<>(stored.modified());
        List<Long> done = uids.stream().filter(u -> !modified.contains(u)).toList();
        view.stored(stored, silent ? List.of() : done);
        return modified.isEmpty()
                ? Answer.ok("done")
                : Answer.ok("[MODIFIED " + named(view, stored) + "] some changed");
    }

    /** Whether there is something that may be changed (RFC 4314 §4): to set flags is to take others away. */
    private boolean mayStore(Flags allowed, Rights rights) {
        boolean named = !change.flags().equals(Flags.NONE);
        if (named && change.kind() != FlagChange.Kind.SET) {
            return !allowed.equals(Flags.NONE);
        }
        return "stw".chars().anyMatch(right -> rights.has((char) right));
    }

    private static MailStore.Stored flags(
            Selected view, List<Long> uids, FlagChange change, OptionalLong unchangedSince) {
        return view.store().flags(view.account().id(), view.id(), uids, change, unchangedSince);
    }

    /** Sets those flags that may be changed, and leaves the others as they are (RFC 4314 §4). */
    private MailStore.Stored set(Selected view, List<Long> uids, Flags flags, Rights rights) {
        view.refresh();
        Flags every = new Flags(ALL_SYSTEM, List.copyOf(view.view().keywords()));
        Flags others = Reached.allowed(every, rights).minus(flags);
        MailStore.Stored added = flags(view, uids, new FlagChange(FlagChange.Kind.ADD, flags), unchangedSince);
        List<Long> left =
                uids.stream().filter(uid -> !added.modified().contains(uid)).toList();
        MailStore.Stored removed =
                flags(view, left, new FlagChange(FlagChange.Kind.REMOVE, others), OptionalLong.empty());
        Set<Long> changed = new TreeSet<>(added.changed());
        changed.addAll(removed.changed());
        return new MailStore.Stored(List.copyOf(changed), added.modified(), Math.max(added.modSeq(), removed.modSeq()));
    }

    private String named(Selected view, MailStore.Stored stored) {
        return NumberSet.text(stored.modified().stream()
                .map(u -> uid ? u : (long) view.firstAtLeast(u))
                .toList());
    }
}

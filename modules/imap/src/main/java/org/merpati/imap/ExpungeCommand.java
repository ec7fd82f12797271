package org.merpati.imap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Flags;
import org.merpati.store.View;

/** EXPUNGE (RFC 9051 §6.4.3), UID EXPUNGE (§6.4.9), CLOSE (§6.4.1), which expunges too, and UNSELECT (§6.4.2). */
record ExpungeCommand(Optional<NumberSet> uids) implements Command.InMailbox {
    static ExpungeCommand all() {
        return new ExpungeCommand(Optional.empty());
    }

    static ExpungeCommand parse(Parser parser) {
        parser.space();
        return new ExpungeCommand(Optional.of(NumberSet.parse(parser)));
    }

    /** CLOSE and, where nothing is expunged, UNSELECT. */
    record Leave(boolean expunges) implements Command.InMailbox {
        @Override
        public Answer run(ImapSession session, Selected view) {
            session.unselect();
            if (expunges && !view.readOnly() && view.rights().has('e')) {
                view.refresh();
                List<Long> deleted = deleted(view.view());
                if (!deleted.isEmpty()) {
                    view.store().expunge(view.account().id(), view.id(), deleted);
                }
            }
            return Answer.ok("done");
        }
    }

    /** The UIDs of the messages that have {@code \Deleted}. */
    private static List<Long> deleted(View view) {
        List<Long> uids = new ArrayList<>();
        if (view.mailbox().deleted() > 0) {
            for (int place = 0; place < view.size(); place++) {
                if (view.message(place).flags().has(Flags.DELETED)) {
                    uids.add(view.message(place).uid());
                }
            }
        }
        return uids;
    }

    @Override
    public Answer run(ImapSession session, Selected view) {
        view.needToChange('e');
        view.refresh();
        List<Long> deleted = deleted(view.view());
        if (uids.isPresent()) {
            Set<Long> asked = new HashSet<>(view.uids(uids.get().resolve(view, true)));
            deleted = deleted.stream().filter(asked::contains).toList();
        }
        if (!deleted.isEmpty()) {
            view.store().expunge(view.account().id(), view.id(), deleted);
        }
        return Answer.okHighest(session.enabled().modSeq());
    }
}

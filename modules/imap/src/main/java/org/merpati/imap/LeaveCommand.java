package org.merpati.imap;

import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.Flags;
import org.merpati.store.View;

/** CLOSE (RFC 9051 §6.4.1) and UNSELECT (§6.4.2), which expunges nothing. */
record LeaveCommand(boolean expunges) implements Command.InMailbox {
    @Override
    public Answer run(ImapSession session, Selected view) {
        session.unselect();
        if (expunges && !view.readOnly()) {
            view.refresh();
            List<Long> deleted = deleted(view.view());
            if (!deleted.isEmpty()) {
                view.store().expunge(view.account().id(), view.id(), deleted);
            }
        }
        return Answer.ok("done");
    }

    /** The UIDs of the messages that have {@code \Deleted}. */
    static List<Long> deleted(View view) {
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
}

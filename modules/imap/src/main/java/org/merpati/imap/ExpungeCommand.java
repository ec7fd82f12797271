package org.merpati.imap;

import java.util.List;
import java.util.Optional;
import org.merpati.kernel.Refused;

/** EXPUNGE (RFC 9051 §6.4.3) and UID EXPUNGE (§6.4.9). */
record ExpungeCommand(Optional<NumberSet> uids) implements Command.InMailbox {
    static ExpungeCommand all() {
        return new ExpungeCommand(Optional.empty());
    }

    static ExpungeCommand parse(Parser parser) {
        parser.space();
        return new ExpungeCommand(Optional.of(NumberSet.parse(parser)));
    }

    @Override
    public Answer run(ImapSession session, Selected view) {
        if (view.readOnly()) {
            throw new Refused(Refused.Reason.NO_PERMISSION, "the mailbox was opened with EXAMINE");
        }
        view.refresh();
        List<Long> deleted = LeaveCommand.deleted(view.view());
        if (uids.isPresent()) {
            long star = view.size() == 0 ? 0 : view.uid(view.size());
            deleted = deleted.stream()
                    .filter(uid -> uids.get().contains(uid, star))
                    .toList();
        }
        if (!deleted.isEmpty()) {
            view.store().expunge(view.account().id(), view.id(), deleted);
        }
        return Answer.ok("done");
    }
}

package org.merpati.imap;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.merpati.imap.fetch.ObjectId;
import org.merpati.imap.people.Reached;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.NumberSet;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.store.Mailbox;
import org.merpati.store.Message;
import org.merpati.store.View;

/** SELECT and EXAMINE (RFC 3501 §6.3.1, §6.3.2), with the parameters of RFC 7162 §3.1.8 and §3.2.5. */
record SelectCommand(String name, boolean readOnly, boolean condstore, Optional<Resync> resync)
        implements Command.AfterLogin {
    /**
     * What a client knew when it left the mailbox (RFC 7162 §3.2.5). Since the store keeps every expunge, what the
     * client says of sequence numbers is not needed.
     *
     * @param known the UIDs that it is interested in, if it says so
     */
    record Resync(long uidValidity, long modSeq, Optional<NumberSet> known) {
        private static Resync parse(Parser parser) {
            parser.space();
            parser.expect('(');
            long uidValidity = parser.number(0xffff_ffffL);
            parser.space();
            long modSeq = parser.modSeq();
            Optional<NumberSet> known = Optional.empty();
            boolean more = parser.take(' ');
            if (more && parser.peek() != '(') {
                known = Optional.of(fixed(parser));
                more = parser.take(' ');
            }
            if (more) {
                parser.expect('(');
                fixed(parser);
                parser.space();
                fixed(parser);
                parser.expect(')');
            }
            parser.expect(')');
            return new Resync(uidValidity, modSeq, known);
        }

        private static NumberSet fixed(Parser parser) {
            NumberSet set = NumberSet.parse(parser);
            if (set.saved() || set.ranges().getLast().last() == NumberSet.STAR) {
                throw new Malformed("QRESYNC takes sets of numbers without * and $");
            }
            return set;
        }

        private boolean wants(long uid) {
            return known.isEmpty() || known.get().contains(uid, 0);
        }
    }

    static SelectCommand parse(Parser parser, boolean readOnly) {
        parser.space();
        String name = parser.mailbox();
        boolean condstore = false;
        Optional<Resync> resync = Optional.empty();
        if (parser.peek(1) == '(') {
            parser.space();
            parser.expect('(');
            do {
                switch (parser.word()) {
                    case "CONDSTORE" -> condstore = true;
                    case "QRESYNC" -> resync = Optional.of(Resync.parse(parser));
                    default -> throw new Malformed("SELECT knows the parameters CONDSTORE and QRESYNC");
                }
            } while (parser.take(' '));
            parser.expect(')');
        }
        return new SelectCommand(name, readOnly, condstore, resync);
    }

    @Override
    public boolean tellsState() {
        return true;
    }

    @Override
    public Answer run(ImapSession session) throws IOException {
        Reply reply = session.reply();
        if (resync.isPresent() && !session.enabled().resync()) {
            throw new Malformed("QRESYNC is switched on by ENABLE first");
        }
        if (session.selected().isPresent()) {
            session.unselect();
            reply.put("* OK [CLOSED] the mailbox before is closed").line();
        }
        session.names().fresh(name);
        Reached mailbox = session.names().reach(name, "r");
        if (!mailbox.mailbox().selectable()) {
            throw new Refused(Refused.Reason.CANNOT, "this level holds only other mailboxes");
        }
        if (condstore) {
            session.enableModSeq();
        }
        Selected selected = session.select(mailbox, readOnly);
        View view = selected.view();
        selected.putFlagsLine(reply);
        reply.put("* ").put(view.size()).put(" EXISTS").line();
        if (session.enabled().rev2()) {
            ListCommand.put(session, mailbox);
        } else {
            reply.put("* ").put(selected.recentCount()).put(" RECENT").line();
            int unseen = session.enabled().uidOnly() ? 0 : firstUnseen(view);
            if (unseen > 0) {
                reply.put("* OK [UNSEEN ").put(unseen).put("] first unseen").line();
            }
        }
        Mailbox row = view.mailbox();
        reply.put("* OK [UIDVALIDITY ")
                .put(row.uidValidity())
                .put("] UIDs valid")
                .line();
        reply.put("* OK [UIDNEXT ")
                .put(row.uidNext())
                .put("] predicted next UID")
                .line();
        selected.putHighest(reply);
        reply.put("* OK [MAILBOXID (")
                .put(ObjectId.of(row.id()))
                .put(")] its id")
                .line();
        if (resync.isPresent() && resync.get().uidValidity == row.uidValidity()) {
            resync(resync.get(), selected, reply);
        }
        return Answer.ok(selected.fixed() ? "[READ-ONLY] done" : "[READ-WRITE] done");
    }

    /** Tells what has happened since the client left (RFC 7162 §3.2.5.1). */
    private static void resync(Resync resync, Selected selected, Reply reply) throws IOException {
        View view = selected.view();
        List<Long> gone =
                view.expungedSince(resync.modSeq).stream().filter(resync::wants).toList();
        if (!gone.isEmpty()) {
            reply.put("* VANISHED (EARLIER) ").put(NumberSet.text(gone)).line();
        }
        for (int place = 0; place < view.size(); place++) {
            Message message = view.message(place);
            if (message.modSeq() > resync.modSeq && resync.wants(message.uid())) {
                selected.putFlags(reply, place + 1);
            }
        }
    }

    private static int firstUnseen(View view) {
        if (view.mailbox().unseen() > 0) {
            for (int place = 0; place < view.size(); place++) {
                if (!view.message(place).flags().has(Flags.SEEN)) {
                    return place + 1;
                }
            }
        }
        return 0;
    }
}

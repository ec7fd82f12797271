package org.merpati.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.merpati.imap.people.Names;
import org.merpati.imap.state.Enabled;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;

/** Commands about the connection: CAPABILITY, NOOP, CHECK, LOGOUT, ID, NAMESPACE, ENABLE and their like. */
final class BasicCommand {
    private static final String CAPABILITIES =
            "IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE NAMESPACE IDLE UIDPLUS MOVE UNSELECT"
                    + " CHILDREN SPECIAL-USE ESEARCH SEARCHRES WITHIN CONDSTORE QRESYNC"
                    + " SORT SORT=DISPLAY ESORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES"
                    + " MULTIAPPEND CATENATE REPLACE BINARY PREVIEW PARTIAL SAVEDATE OBJECTID"
                    + " LIST-EXTENDED LIST-STATUS STATUS=SIZE CREATE-SPECIAL-USE UTF8=ACCEPT UIDONLY INPROGRESS"
                    + " METADATA NOTIFY QUOTA QUOTA=RES-STORAGE QUOTA=RES-MESSAGE ACL RIGHTS=kxte LIST-MYRIGHTS";

    private BasicCommand() {}

    /** What is offered after a login; nothing that does not work. The limit of a message is RFC 7889's. */
    static String capabilities(ImapSession session) {
        return CAPABILITIES
                + (session.compressed() ? "" : " COMPRESS=DEFLATE")
                + (session.direct() && !session.compressed() ? " UNAUTHENTICATE" : "")
                + " APPENDLIMIT=" + session.settings().appendLimit();
    }

    /** CAPABILITY (RFC 9051 §6.1.1). */
    record Capability() implements Command.AnyTime {
        @Override
        public Answer run(ImapSession session) throws IOException {
            session.reply().put("* CAPABILITY ").put(capabilities(session)).line();
            return Answer.ok("done");
        }
    }

    /** NOOP (RFC 9051 §6.1.2), and CHECK (RFC 3501 §6.4.1), which is one in a mailbox. */
    record Noop(boolean check) implements Command.AnyTime {
        @Override
        public Answer run(ImapSession session) {
            if (check && session.selected().isEmpty()) {
                throw new Malformed("no mailbox is selected");
            }
            session.selected().ifPresent(s -> s.store().leased());
            return Answer.ok("done");
        }
    }

    /** LOGOUT (RFC 9051 §6.1.3). */
    record Logout() implements Command.AnyTime {
        @Override
        public Answer run(ImapSession session) throws IOException {
            session.unselect();
            session.reply().put("* BYE until next time").line();
            session.end();
            return Answer.ok("done");
        }
    }

    /** ID (RFC 2971). */
    record Id() implements Command.AnyTime {
        static Id parse(Parser parser) {
            parser.space();
            if (parser.take('(')) {
                int strings = 0;
                while (!parser.take(')')) {
                    if (strings++ > 60) {
                        throw new Malformed("ID has at most 30 fields");
                    }
                    while (parser.take(' ')) {}
                    if (parser.peek() == ')') {
                        continue;
                    }
                    parser.astringOctets();
                }
            } else {
                parser.atom();
            }
            return new Id();
        }

        @Override
        public Answer run(ImapSession session) throws IOException {
            session.reply().put("* ID (\"name\" \"Merpati\")").line();
            return Answer.ok("done");
        }
    }

    /** NAMESPACE (RFC 2342 §5): one's own mailboxes, and those of others. */
    record Namespace() implements Command.AfterLogin {
        @Override
        public Answer run(ImapSession session) throws IOException {
            session.reply()
                    .put("* NAMESPACE ((\"\" \"/\")) ((\"")
                    .put(Names.OTHERS)
                    .put("/\" \"/\")) NIL")
                    .line();
            return Answer.ok("done");
        }
    }

    /** ENABLE (RFC 5161): what is not known here is passed over. */
    record Enable(List<String> names) implements Command.AfterLogin {
        static Enable parse(Parser parser) {
            List<String> names = new ArrayList<>();
            do {
                parser.space();
                names.add(parser.word());
            } while (parser.peek() == ' ' && names.size() < Parser.LIST_LIMIT);
            return new Enable(List.copyOf(names));
        }

        @Override
        public Answer run(ImapSession session) throws IOException {
            Reply reply = session.reply();
            Enabled enabled = session.enabled();
            boolean vanished = names.contains("QRESYNC");
            boolean modSeq = names.contains("CONDSTORE");
            reply.put("* ENABLED").put(vanished ? " QRESYNC" : "").put(modSeq ? " CONDSTORE" : "");
            switchOn("UTF8=ACCEPT", reply, enabled::enableUtf8);
            switchOn("IMAP4REV2", reply, enabled::enableRev2);
            switchOn("UIDONLY", reply, enabled::enableUidOnly);
            reply.line();
            if (vanished || modSeq) {
                session.enableModSeq();
            }
            if (vanished) {
                enabled.enableVanished();
            }
            return Answer.ok("done");
        }

        private void switchOn(String name, Reply reply, Runnable on) throws IOException {
            if (names.contains(name)) {
                on.run();
                reply.put(' ').put(name.equals("IMAP4REV2") ? "IMAP4rev2" : name);
            }
        }
    }

    /** COMPRESS DEFLATE (RFC 4978). Behind a proxy too: what it passes on is compressed then. */
    record Compress() implements Command.AnyTime {
        static Compress parse(Parser parser) {
            parser.space();
            if (!parser.word().equals("DEFLATE")) {
                throw new Malformed("COMPRESS knows DEFLATE");
            }
            return new Compress();
        }

        @Override
        public Answer run(ImapSession session) throws IOException {
            if (session.compressed()) {
                return Answer.no("[COMPRESSIONACTIVE] the connection is compressed already");
            }
            Answer answer = Answer.ok("compressed from here on");
            session.compress(answer);
            return answer;
        }
    }

    /** UNAUTHENTICATE (RFC 8437). */
    record Unauthenticate() implements Command.AfterLogin {
        @Override
        public Answer run(ImapSession session) {
            if (!session.direct() || session.compressed()) {
                throw new Malformed("UNAUTHENTICATE is not offered here");
            }
            session.logOff();
            return Answer.ok("log in again");
        }
    }
}

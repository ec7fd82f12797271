package org.merpati.imap;

import java.io.IOException;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Malformed;

/**
 * A command after a login, by the states in which it is lawful (RFC 9051 §3); those before a login are in
 * {@link org.merpati.wire.PreLogin}.
 */
sealed interface Command {
    /** Lawful in every state. */
    sealed interface AnyTime extends Command
            permits BasicCommand.Capability,
                    BasicCommand.Noop,
                    BasicCommand.Logout,
                    BasicCommand.Id,
                    BasicCommand.Compress {
        Answer run(ImapSession session) throws IOException;
    }

    /** Lawful only before a login, and so too late. */
    record BeforeLogin(String name) implements Command {}

    /** Lawful after a login. */
    sealed interface AfterLogin extends Command
            permits BasicCommand.Namespace,
                    BasicCommand.Unauthenticate,
                    BasicCommand.Enable,
                    AclCommand,
                    ListCommand,
                    ListCommand.Subscribed,
                    MetadataCommand,
                    QuotaCommand,
                    StatusCommand,
                    NotifyCommand,
                    SelectCommand,
                    MailboxCommand,
                    AppendCommand,
                    IdleCommand {
        Answer run(ImapSession session) throws IOException;
    }

    /** Lawful in a selected mailbox, whose view it is handed. */
    sealed interface InMailbox extends Command
            permits ExpungeCommand.Leave,
                    ExpungeCommand,
                    SearchCommand,
                    SortCommand,
                    ThreadCommand,
                    FetchCommand,
                    StoreCommand,
                    CopyCommand,
                    ReplaceCommand {
        Answer run(ImapSession session, Selected view) throws IOException;

        /** Whether it names messages by their sequence numbers, or is answered with them. */
        default boolean numbered() {
            return false;
        }
    }

    /** Whether message numbers may move with the answer (RFC 9051 §7.5.1). */
    default boolean mayRenumber() {
        return true;
    }

    /** Whether the command itself tells the state of the mailbox, so that nothing is added to it. */
    default boolean tellsState() {
        return false;
    }

    /**
     * Reads a command behind its tag.
     *
     * @throws Malformed if it is none
     */
    static Command parse(Parser parser) {
        String name = parser.word();
        boolean uid = name.equals("UID");
        if (uid) {
            parser.space();
            name = parser.word();
        }
        Command command = uid ? parseUid(name, parser) : parse(name, parser);
        parser.end();
        return command;
    }

    private static Command parseUid(String name, Parser parser) {
        return switch (name) {
            case "FETCH" -> FetchCommand.parse(parser, true);
            case "STORE" -> StoreCommand.parse(parser, true);
            case "SEARCH" -> SearchCommand.parse(parser, true);
            case "SORT" -> SortCommand.parse(parser, true);
            case "THREAD" -> ThreadCommand.parse(parser, true);
            case "COPY" -> CopyCommand.parse(parser, true, false);
            case "MOVE" -> CopyCommand.parse(parser, true, true);
            case "EXPUNGE" -> ExpungeCommand.parse(parser);
            case "REPLACE" -> ReplaceCommand.parse(parser, true);
            default -> throw unknown("UID " + name);
        };
    }

    private static Command parse(String name, Parser parser) {
        return switch (name) {
            case "CAPABILITY" -> new BasicCommand.Capability();
            case "NOOP", "CHECK" -> new BasicCommand.Noop(name.equals("CHECK"));
            case "LOGOUT" -> new BasicCommand.Logout();
            case "ID" -> BasicCommand.Id.parse(parser);
            case "NAMESPACE" -> new BasicCommand.Namespace();
            case "COMPRESS" -> BasicCommand.Compress.parse(parser);
            case "UNAUTHENTICATE" -> new BasicCommand.Unauthenticate();
            case "ENABLE" -> BasicCommand.Enable.parse(parser);
            case "LOGIN", "AUTHENTICATE", "STARTTLS" -> late(name, parser);
            case "LIST" -> ListCommand.parse(parser);
            case "LSUB" -> ListCommand.Subscribed.parse(parser);
            case "SETACL", "DELETEACL", "GETACL", "LISTRIGHTS", "MYRIGHTS" -> AclCommand.parse(name, parser);
            case "GETMETADATA" -> MetadataCommand.parseGet(parser);
            case "SETMETADATA" -> MetadataCommand.parseSet(parser);
            case "GETQUOTA", "GETQUOTAROOT", "SETQUOTA" -> QuotaCommand.parse(name, parser);
            case "NOTIFY" -> NotifyCommand.parse(parser);
            case "STATUS" -> StatusCommand.parse(parser);
            case "SELECT" -> SelectCommand.parse(parser, false);
            case "EXAMINE" -> SelectCommand.parse(parser, true);
            case "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE" -> MailboxCommand.parse(name, parser);
            case "APPEND" -> AppendCommand.parse(parser);
            case "IDLE" -> new IdleCommand();
            case "CLOSE" -> new ExpungeCommand.Leave(true);
            case "UNSELECT" -> new ExpungeCommand.Leave(false);
            case "EXPUNGE" -> ExpungeCommand.all();
            case "REPLACE" -> ReplaceCommand.parse(parser, false);
            case "SEARCH" -> SearchCommand.parse(parser, false);
            case "FETCH" -> FetchCommand.parse(parser, false);
            case "STORE" -> StoreCommand.parse(parser, false);
            case "SORT" -> SortCommand.parse(parser, false);
            case "THREAD" -> ThreadCommand.parse(parser, false);
            case "COPY" -> CopyCommand.parse(parser, false, false);
            case "MOVE" -> CopyCommand.parse(parser, false, true);
            default -> throw unknown(name);
        };
    }

    private static Command late(String name, Parser parser) {
        while (!parser.atEnd()) {
            parser.take((char) parser.peek());
        }
        return new BeforeLogin(name);
    }

    private static Malformed unknown(String name) {
        return new Malformed("'" + Parser.cut(name) + "' is no command here");
    }
}

package org.merpati.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.pop3.POP3Response;
import org.apache.james.protocols.pop3.POP3Session;
import org.apache.james.protocols.pop3.core.CapaCapability;
import org.apache.james.protocols.pop3.core.RetrCmdHandler;
import org.apache.james.protocols.pop3.mailbox.MessageMetaData;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.wire.Connection;

/**
 * What of POP3 is ours in James' chain: logins (RFC 1939 §7, RFC 5034) with their response codes (RFC 2449 §8, RFC
 * 3206), the end of a session, UTF8 (RFC 6856), and what CAPA tells (RFC 2449).
 */
final class Pop3Hooks implements CommandHandler<POP3Session>, CapaCapability {
    static final AttachmentKey<Connection> CONNECTION = AttachmentKey.of("merpati.pop3.connection", Connection.class);
    /** Set by a login that was right. */
    static final AttachmentKey<Pop3Door.Entered> ENTERED =
            AttachmentKey.of("merpati.pop3.entered", Pop3Door.Entered.class);

    private static final List<String> COMMANDS = List.of("USER", "PASS", "AUTH", "QUIT", "UTF8");
    private static final int NAME_LIMIT = 512;

    private final Pop3Config config;
    private final Pop3Door door;

    Pop3Hooks(Pop3Config config, Pop3Door door) {
        this.config = config;
        this.door = door;
    }

    /** A refusal with its code. */
    static Response error(Failure failure) {
        String code = switch (failure) {
            case Malformed malformed -> "";
            case Refused refused ->
                switch (refused.reason()) {
                    case AUTHENTICATION_FAILED, EXPIRED, NO_PERMISSION -> "[AUTH] ";
                    case LIMIT -> "[IN-USE] ";
                    default -> "[SYS/PERM] ";
                };
            default -> "[SYS/TEMP] ";
        };
        return error(code + failure.sentence());
    }

    static Response error(String text) {
        return new POP3Response(POP3Response.ERR_RESPONSE, text);
    }

    private static Response ok(String text) {
        return new POP3Response(POP3Response.OK_RESPONSE, text);
    }

    private static Connection connection(POP3Session session) {
        return session.getAttachment(CONNECTION, State.Connection).orElseThrow();
    }

    @Override
    public Collection<String> getImplCommands() {
        return COMMANDS;
    }

    @Override
    public Set<String> getImplementedCapabilities(POP3Session session) {
        Set<String> told = new LinkedHashSet<>(List.of("RESP-CODES", "AUTH-RESP-CODE", "EXPIRE NEVER", "UTF8 USER"));
        if (session.getHandlerState() != POP3Session.TRANSACTION) {
            told.addAll(List.of("TOP", "UIDL"));
            if (config.mayLogIn(connection(session))) {
                told.addAll(List.of("USER", "SASL PLAIN"));
            }
        }
        told.add("IMPLEMENTATION Merpati");
        return told;
    }

    @Override
    public Response onCommand(POP3Session session, Request request) {
        String name = request.getCommand().toUpperCase(Locale.ROOT);
        String argument = request.getArgument() == null ? "" : request.getArgument();
        if (name.equals("QUIT")) {
            return quit(session);
        }
        if (session.getHandlerState() == POP3Session.TRANSACTION) {
            return error("you are logged in already");
        }
        if (name.equals("UTF8")) {
            return ok("names, passwords and headers are UTF-8");
        }
        if (!config.mayLogIn(connection(session))) {
            return error("[SYS/PERM] a login needs TLS: use STLS first");
        }
        try {
            return switch (name) {
                case "USER" -> user(session, argument);
                case "PASS" -> pass(session, argument);
                default -> auth(session, argument);
            };
        } catch (Failure failure) {
            session.setHandlerState(POP3Session.AUTHENTICATION_READY);
            return error(failure);
        }
    }

    private static Response user(POP3Session session, String name) {
        if (name.isEmpty() || name.length() > NAME_LIMIT) {
            throw new Malformed("USER and a name of at most " + NAME_LIMIT + " characters");
        }
        session.setUsername(Username.of(name));
        session.setHandlerState(POP3Session.AUTHENTICATION_USERSET);
        return ok("and the password");
    }

    private Response pass(POP3Session session, String password) {
        if (session.getHandlerState() != POP3Session.AUTHENTICATION_USERSET) {
            throw new Malformed("USER comes before PASS");
        }
        return enter(session, session.getUsername().asString(), password, "");
    }

    /** AUTH (RFC 5034): alone it tells the mechanisms. */
    private Response auth(POP3Session session, String argument) {
        if (argument.isEmpty()) {
            POP3Response mechanisms = new POP3Response(POP3Response.OK_RESPONSE, "mechanisms follow");
            mechanisms.appendLine("PLAIN");
            mechanisms.appendLine(".");
            return mechanisms;
        }
        String[] words = argument.split(" ", 2);
        if (!words[0].equalsIgnoreCase("PLAIN")) {
            throw new Malformed("the only mechanism here is PLAIN");
        }
        if (words.length == 2) {
            return plain(session, words[1]);
        }
        session.pushLineHandler((POP3Session same, byte[] line) -> {
            same.popLineHandler();
            try {
                return plain(same, new String(line, StandardCharsets.ISO_8859_1).strip());
            } catch (Failure failure) {
                return error(failure);
            }
        });
        return new POP3Response("+", "");
    }

    private Response plain(POP3Session session, String base64) {
        if (base64.equals("*")) {
            throw new Malformed("the login was given up");
        }
        String[] parts;
        try {
            byte[] message = Base64.getDecoder().decode(base64.equals("=") ? "" : base64);
            parts = new String(message, StandardCharsets.UTF_8).split("\0", -1);
        } catch (IllegalArgumentException notBase64) {
            throw new Malformed("the credentials are not base 64");
        }
        if (parts.length != 3 || parts[1].isEmpty()) {
            throw new Malformed("the credentials are not those of PLAIN (RFC 4616)");
        }
        return enter(session, parts[1], parts[2], parts[0]);
    }

    private Response enter(POP3Session session, String user, String password, String authorization) {
        session.setAttachment(
                ENTERED, door.enter(connection(session), user, password, authorization), State.Connection);
        return ok("");
    }

    /** QUIT (RFC 1939 §6): what was deleted is gone when it is answered. */
    private static Response quit(POP3Session session) {
        POP3Response bye = new POP3Response(POP3Response.OK_RESPONSE, "until next time");
        bye.setEndSession(true);
        if (session.getHandlerState() == POP3Session.TRANSACTION) {
            try {
                List<String> deleted = session.getAttachment(POP3Session.DELETED_UID_LIST, State.Transaction)
                        .orElse(List.of());
                session.getUserMailbox().remove(deleted.toArray(String[]::new));
            } catch (Failure failure) {
                POP3Response failed = new POP3Response(
                        POP3Response.ERR_RESPONSE,
                        "[SYS/TEMP] what was deleted may still be there: " + failure.sentence());
                failed.setEndSession(true);
                return failed;
            } catch (IOException impossible) {
                throw new java.io.UncheckedIOException(impossible);
            }
        }
        return bye;
    }

    /** RETR, which notes what was read. */
    static final class Retrieval extends RetrCmdHandler {
        Retrieval() {
            super(new NoMetrics());
        }

        @Override
        protected InputStream getMessageContent(POP3Session session, MessageMetaData data) throws IOException {
            InputStream content = super.getMessageContent(session, data);
            if (session.getUserMailbox() instanceof DropMailbox drop) {
                drop.read(data.getUid());
            }
            return content;
        }
    }
}

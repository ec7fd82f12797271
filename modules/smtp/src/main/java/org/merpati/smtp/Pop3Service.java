package org.merpati.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.StartTlsResponse;
import org.apache.james.protocols.api.StreamResponse;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerChainImpl;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.pop3.POP3Configuration;
import org.apache.james.protocols.pop3.POP3Response;
import org.apache.james.protocols.pop3.POP3Session;
import org.apache.james.protocols.pop3.POP3SessionImpl;
import org.apache.james.protocols.pop3.core.CapaCmdHandler;
import org.apache.james.protocols.pop3.core.DeleCmdHandler;
import org.apache.james.protocols.pop3.core.ListCmdHandler;
import org.apache.james.protocols.pop3.core.NoopCmdHandler;
import org.apache.james.protocols.pop3.core.RsetCmdHandler;
import org.apache.james.protocols.pop3.core.StatCmdHandler;
import org.apache.james.protocols.pop3.core.StlsCmdHandler;
import org.apache.james.protocols.pop3.core.TopCmdHandler;
import org.apache.james.protocols.pop3.core.UidlCmdHandler;
import org.apache.james.protocols.pop3.core.UnknownCmdHandler;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Failure;
import org.merpati.wire.Connection;
import org.merpati.wire.Dialogue;
import org.merpati.wire.Splice;

/**
 * The POP3 server (RFC 1939) of a listener: James' sessions and command handlers, our logins. With TOP, UIDL, STLS
 * (RFC 2595 §4), CAPA, PIPELINING, RESP-CODES and EXPIRE (RFC 2449), SASL PLAIN (RFC 5034) and UTF8 (RFC 6856).
 */
public final class Pop3Service implements Dialogue {
    private static final int LINE_LIMIT = 1_024;
    private static final int MISTAKES = 50;
    private static final int CHUNK = 16 * 1024;
    /** A message's number that James takes for one. */
    private static final Pattern NO_NUMBER = Pattern.compile("(?i)^\\s*(LIST|UIDL|RETR|DELE|TOP)\\s+(-|0+(\\s|$))");

    private final Pop3Config config;
    private final ProtocolHandlerChainImpl chain = new ProtocolHandlerChainImpl();
    private final LineHandler<ProtocolSession> dispatcher;

    /** A server before the door. */
    public Pop3Service(Pop3Config config, Pop3Door door) {
        this.config = config;
        NoMetrics none = new NoMetrics();
        CommandDispatcher<ProtocolSession> commands = new CommandDispatcher<>();
        chain.add(commands);
        chain.add(new CapaCmdHandler(none));
        chain.add(new StlsCmdHandler(none));
        chain.add(new Pop3Hooks(config, door));
        chain.add(new ListCmdHandler(none));
        chain.add(new UidlCmdHandler(none));
        chain.add(new RsetCmdHandler(none));
        chain.add(new DeleCmdHandler(none));
        chain.add(new NoopCmdHandler(none));
        chain.add(new Pop3Hooks.Retrieval());
        chain.add(new StatCmdHandler(none));
        chain.add(new TopCmdHandler(none));
        chain.add(new UnknownCmdHandler());
        try {
            chain.wireExtensibleHandlers();
        } catch (WiringException bug) {
            throw new IllegalStateException(bug);
        }
        this.dispatcher = commands;
    }

    @Override
    public void serve(Connection connection) throws IOException {
        connection.idleTimeout(config.idle());
        connection.say("+OK " + config.hostname() + " Merpati POP3 ready");
        new Session(connection).run();
    }

    /**
     * Serves a client whose login was judged elsewhere, from the answer to that login on; the maildrop is closed at the
     * end.
     *
     * @throws IOException if the peer goes away
     */
    public void serve(Connection connection, Maildrop maildrop) throws IOException {
        connection.idleTimeout(config.idle());
        Session session = new Session(connection);
        session.begin(maildrop);
        session.run();
    }

    /** A session in which names and passwords are UTF-8. */
    private static final class Utf8Session extends POP3SessionImpl {
        Utf8Session(Transport transport) {
            super(transport, new POP3Configuration());
        }

        @Override
        public Charset getCharset() {
            return StandardCharsets.UTF_8;
        }
    }

    /** One connection's dialogue. */
    private final class Session {
        private final Connection connection;
        private Transport transport;
        private POP3Session session;
        private @Nullable Maildrop maildrop;
        private int failures;

        Session(Connection connection) {
            this.connection = connection;
            this.transport = new Transport(connection, config.startTls().isPresent());
            this.session = fresh();
        }

        private POP3Session fresh() {
            POP3Session fresh = new Utf8Session(transport);
            fresh.setAttachment(Pop3Hooks.CONNECTION, connection, State.Connection);
            fresh.setHandlerState(POP3Session.AUTHENTICATION_READY);
            return fresh;
        }

        /** Begins the transaction, and answers the login. */
        void begin(Maildrop drop) throws IOException {
            maildrop = drop;
            DropMailbox mailbox = new DropMailbox(drop);
            session.setUserMailbox(mailbox);
            session.setAttachment(POP3Session.UID_LIST, mailbox.getMessages(), State.Transaction);
            session.setAttachment(POP3Session.DELETED_UID_LIST, new ArrayList<>(), State.Transaction);
            session.setHandlerState(POP3Session.TRANSACTION);
            connection.say("+OK " + mailbox.getMessages().size() + " messages");
        }

        void run() throws IOException {
            try {
                for (int mistakes = 0; mistakes < MISTAKES && failures < config.attempts(); ) {
                    if (connection.in().available() == 0) {
                        connection.out().flush();
                    }
                    byte[] line = line();
                    if (line == null) {
                        return;
                    }
                    Response response = dispatch(line);
                    boolean wrong = response.getRetCode().equals(POP3Response.ERR_RESPONSE);
                    mistakes += wrong ? 1 : 0;
                    failures += wrong && session.getHandlerState() != POP3Session.TRANSACTION ? 1 : 0;
                    if (!answer(response)) {
                        return;
                    }
                }
                connection.say("-ERR [SYS/TEMP] too many failures");
            } catch (SocketTimeoutException silent) {
                connection.say("-ERR [SYS/TEMP] nothing was received for "
                        + config.idle().toSeconds() + " s");
            } finally {
                if (maildrop != null) {
                    maildrop.close();
                }
            }
        }

        /** A line with its end, read octet by octet: what follows it may be another's. */
        private byte @Nullable [] line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(80);
            InputStream in = connection.in();
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                if (line.size() < LINE_LIMIT) {
                    line.write(octet);
                }
                if (octet == '\n') {
                    return line.size() < LINE_LIMIT ? line.toByteArray() : new byte[] {'\r', '\n'};
                }
            }
            return null;
        }

        private Response dispatch(byte[] line) {
            LineHandler<ProtocolSession> pushed = transport.handler();
            if (pushed == null
                    && NO_NUMBER
                            .matcher(new String(line, StandardCharsets.ISO_8859_1))
                            .find()) {
                return Pop3Hooks.error("messages are counted from 1");
            }
            try {
                Response response = (pushed == null ? dispatcher : pushed).onLine(session, line);
                return session.getUserMailbox() instanceof DropMailbox drop
                        ? drop.failure().map(Pop3Hooks::error).orElse(response)
                        : response;
            } catch (Failure failure) {
                return Pop3Hooks.error(failure);
            }
        }

        /** Writes a response and does what follows from it; false at the end of the session. */
        private boolean answer(Response response) throws IOException {
            Optional<Pop3Door.Entered> entered = session.getAttachment(Pop3Hooks.ENTERED, State.Connection);
            if (entered.isPresent() && session.getHandlerState() != POP3Session.TRANSACTION) {
                switch (entered.get()) {
                    case Pop3Door.Entered.Here here -> begin(here.maildrop());
                    case Pop3Door.Entered.Elsewhere elsewhere -> {
                        connection.out().flush();
                        connection.idleTimeout(Duration.ZERO);
                        elsewhere.owner().idleTimeout(Duration.ZERO);
                        Splice.join(connection, elsewhere.owner());
                        return false;
                    }
                }
                return true;
            }
            transport.write(response);
            if (response instanceof StreamResponse stream) {
                copy(stream.getStream());
            }
            if (response instanceof StartTlsResponse) {
                connection.out().flush();
                connection.startTls(config.startTls().orElseThrow());
                transport = new Transport(connection, false);
                session = fresh();
            }
            return !response.isEndSession();
        }

        private void copy(InputStream from) throws IOException {
            OutputStream out = connection.out();
            byte[] chunk = new byte[CHUNK];
            try (from) {
                for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
                    out.write(chunk, 0, n);
                }
            }
        }
    }
}

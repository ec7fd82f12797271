package org.merpati.smtp;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.StartTlsResponse;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerChainImpl;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.lmtp.core.LhloCmdHandler;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.SMTPSessionImpl;
import org.apache.james.protocols.smtp.core.ExpnCmdHandler;
import org.apache.james.protocols.smtp.core.HeloCmdHandler;
import org.apache.james.protocols.smtp.core.HelpCmdHandler;
import org.apache.james.protocols.smtp.core.MailCmdHandler;
import org.apache.james.protocols.smtp.core.NoopCmdHandler;
import org.apache.james.protocols.smtp.core.QuitCmdHandler;
import org.apache.james.protocols.smtp.core.RcptCmdHandler;
import org.apache.james.protocols.smtp.core.RsetCmdHandler;
import org.apache.james.protocols.smtp.core.UnknownCmdHandler;
import org.apache.james.protocols.smtp.core.VrfyCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.StartTlsCmdHandler;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Address;
import org.merpati.kernel.Failure;
import org.merpati.wire.Connection;
import org.merpati.wire.Dialogue;

/**
 * The SMTP server (RFC 5321) and the LMTP server (RFC 2033) of a listener: James' sessions and command handlers, our
 * reading of lines and data. Extensions: PIPELINING, SIZE, 8BITMIME, ENHANCEDSTATUSCODES, STARTTLS, AUTH PLAIN and
 * LOGIN; between our nodes XMERPATI.
 */
public final class SmtpService implements Dialogue {
    private static final int LINE_LIMIT = 4096;
    private static final int ERRORS = 50;

    private final SmtpConfig config;
    private final Reception reception;
    private final ProtocolHandlerChainImpl chain = new ProtocolHandlerChainImpl();
    private final LineHandler<ProtocolSession> dispatcher;
    private final Optional<HandOff> handOff;

    /** A server over a reception. */
    public SmtpService(SmtpConfig config, Reception reception) {
        this(config, reception, Optional.empty());
    }

    /** A server that hands over each client that has logged in. */
    public SmtpService(SmtpConfig config, Reception reception, HandOff handOff) {
        this(config, reception, Optional.of(handOff));
    }

    private SmtpService(SmtpConfig config, Reception reception, Optional<HandOff> handOff) {
        this.handOff = handOff;
        this.config = config;
        this.reception = reception;
        NoMetrics none = new NoMetrics();
        boolean lmtp = config.kind() == SmtpConfig.Kind.LMTP;
        CommandDispatcher<ProtocolSession> commands = new CommandDispatcher<>();
        chain.add(commands);
        chain.add(lmtp ? new LhloCmdHandler(none) : new EhloCmdHandler(none));
        if (!lmtp) {
            chain.add(new HeloCmdHandler(none));
        }
        if (config.kind() == SmtpConfig.Kind.SUBMISSION) {
            chain.add(new AuthCmdHandler());
        }
        chain.add(new Hooks(config, reception));
        chain.add(new MailCmdHandler(none));
        chain.add(new RcptCmdHandler(none));
        chain.add(new RsetCmdHandler());
        chain.add(new NoopCmdHandler());
        chain.add(new QuitCmdHandler(none));
        chain.add(new VrfyCmdHandler());
        chain.add(new ExpnCmdHandler());
        chain.add(new HelpCmdHandler());
        chain.add(new StartTlsCmdHandler());
        chain.add(new UnknownCmdHandler(none));
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
        String service = config.kind() == SmtpConfig.Kind.LMTP ? "LMTP" : "ESMTP";
        String nonce = config.kind() == SmtpConfig.Kind.PROXIED ? nonce() : "";
        say(connection, new Reply(220, config.hostname() + " " + service + " Merpati " + nonce));
        connection.out().flush();
        new Session(connection, nonce).run();
    }

    private static String nonce() {
        byte[] nonce = new byte[16];
        new SecureRandom().nextBytes(nonce);
        return HexFormat.of().formatHex(nonce);
    }

    private static void say(Connection connection, Reply reply) throws IOException {
        String text = reply.toString().replaceAll("[\r\n]+", " ") + "\r\n";
        connection.out().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** One connection's dialogue. */
    private final class Session {
        private final Connection connection;
        private final LineReader reader;
        private final String nonce;
        private Transport transport;
        private SMTPSession session;

        Session(Connection connection, String nonce) {
            this.connection = connection;
            this.nonce = nonce;
            this.reader = new LineReader(connection.in());
            this.transport = new Transport(connection, config.startTls().isPresent());
            this.session = begin();
        }

        /** A session that knows nothing yet: at the beginning, and again after STARTTLS (RFC 3207 §4.2). */
        private SMTPSession begin() {
            SMTPSession fresh = new SMTPSessionImpl(transport, new JamesConfiguration());
            fresh.setAttachment(Hooks.CONNECTION, connection, State.Connection);
            fresh.setAttachment(Hooks.NONCE, nonce, State.Connection);
            return fresh;
        }

        void run() throws IOException {
            try {
                for (int errors = 0; errors < ERRORS; ) {
                    if (!reader.ready()) {
                        connection.out().flush();
                    }
                    byte[] line;
                    try {
                        line = reader.line(LINE_LIMIT);
                    } catch (LineReader.TooLong tooLong) {
                        errors++;
                        say(connection, new Reply(500, "5.5.2 " + tooLong.getMessage()));
                        continue;
                    }
                    if (line == null) {
                        return;
                    }
                    Response response = dispatch(line);
                    errors += response.getRetCode().startsWith("5") ? 1 : 0;
                    if (!answer(response)) {
                        return;
                    }
                }
                say(connection, new Reply(421, "4.7.0 too many errors"));
            } catch (SocketTimeoutException silent) {
                say(
                        connection,
                        new Reply(
                                421,
                                "4.4.2 nothing was received for "
                                        + config.idle().toSeconds() + " s"));
            }
        }

        private Response dispatch(byte[] line) {
            LineHandler<ProtocolSession> pushed = transport.handler();
            try {
                return (pushed == null ? dispatcher : pushed).onLine(session, line);
            } catch (IllegalArgumentException unreadable) {
                return new org.apache.james.protocols.smtp.SMTPResponse("501", "5.5.4 the parameters cannot be read");
            }
        }

        /** Writes a response and does what follows from it; false at the end of the session. */
        private boolean answer(Response response) throws IOException {
            transport.write(response);
            if (response instanceof StartTlsResponse) {
                reader.drop();
                connection.startTls(config.startTls().orElseThrow());
                reader.drop();
                transport = new Transport(connection, false);
                session = begin();
                return true;
            }
            Optional<Address> account = session.getAttachment(Hooks.LOGIN, State.Connection);
            if (handOff.isPresent() && account.isPresent()) {
                connection.out().flush();
                handOff.get().takeOver(connection, account.get());
                return false;
            }
            Optional<Envelope> data = session.removeAttachment(Hooks.DATA, State.Transaction);
            if (data.isPresent() && response.getRetCode().equals("354")) {
                connection.out().flush();
                boolean goOn = data(data.get());
                session.resetState();
                return goOn;
            }
            return !response.isEndSession();
        }

        private boolean data(Envelope envelope) throws IOException {
            List<Reply> replies;
            boolean believed = true;
            Sink sink = new Sink();
            Reception.Incoming incoming = accept(envelope, sink);
            try {
                LineReader.Data form = reader.data(sink, config.messageLimit());
                // After data that may hide a command, nothing more is believed on this connection.
                believed = form != LineReader.Data.BARE_LINE_END;
                replies = switch (form) {
                    case WELL_FORMED -> finish(envelope, sink, incoming);
                    case TOO_LONG ->
                        all(
                                envelope,
                                new Reply(
                                        552, "5.3.4 a message has at most " + config.messageLimit() + " octets here"));
                    case BARE_LINE_END ->
                        all(
                                envelope,
                                new Reply(554, "5.6.0 a CR or LF stands alone: lines end with CRLF (RFC 5321 §2.3.8)"));
                };
            } finally {
                if (incoming != null) {
                    incoming.close();
                }
            }
            for (Reply reply : replies) {
                say(connection, reply);
            }
            return believed;
        }

        private Reception.@Nullable Incoming accept(Envelope envelope, Sink sink) throws IOException {
            try {
                Reception.Incoming incoming = reception.accept(Hooks.client(session, config), envelope);
                sink.to = incoming.body();
                return incoming;
            } catch (Failure failure) {
                sink.failure = failure;
                return null;
            }
        }

        private List<Reply> finish(Envelope envelope, Sink sink, Reception.@Nullable Incoming incoming)
                throws IOException {
            if (sink.failure != null || incoming == null) {
                return all(envelope, sink.failure == null ? new Reply(451, "4.3.0 try again") : Reply.of(sink.failure));
            }
            try {
                return incoming.finish();
            } catch (Failure failure) {
                return all(envelope, Reply.of(failure));
            }
        }

        private List<Reply> all(Envelope envelope, Reply reply) {
            int count = config.kind() == SmtpConfig.Kind.LMTP
                    ? envelope.recipients().size()
                    : 1;
            List<Reply> replies = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                replies.add(reply);
            }
            return replies;
        }
    }

    /** Passes data on until that fails; the rest of the data is read and dropped, since its end must be found. */
    private static final class Sink extends OutputStream {
        private @Nullable OutputStream to;
        private @Nullable Failure failure;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int at, int length) throws IOException {
            if (failure == null && to != null) {
                try {
                    to.write(octets, at, length);
                } catch (Failure refused) {
                    failure = refused;
                }
            }
        }
    }

    /** What James asks of the configuration. */
    private final class JamesConfiguration implements SMTPConfiguration {
        @Override
        public long getMaxMessageSize() {
            return config.messageLimit();
        }

        @Override
        public boolean isRelayingAllowed(String remote) {
            return false;
        }

        @Override
        public boolean isAuthAnnounced(String remote, boolean tls) {
            boolean loopback = remote.startsWith("127.") || remote.equals("::1") || remote.equals("0:0:0:0:0:0:0:1");
            return config.kind() == SmtpConfig.Kind.SUBMISSION && (tls || (config.clearLoginOnLoopback() && loopback));
        }

        @Override
        public boolean useHeloEhloEnforcement() {
            return true;
        }

        @Override
        public boolean useAddressBracketsEnforcement() {
            return true;
        }

        @Override
        public boolean isPlainAuthEnabled() {
            return true;
        }

        @Override
        public Optional<OidcSASLConfiguration> saslConfiguration() {
            return Optional.empty();
        }

        @Override
        public String getGreeting() {
            return "Merpati";
        }

        @Override
        public String getSoftwareName() {
            return "Merpati";
        }

        @Override
        public String getHelloName() {
            return config.hostname();
        }
    }
}

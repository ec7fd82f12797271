package org.merpati.smtp;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.apache.james.protocols.smtp.hook.MailParametersHook;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.merpati.kernel.Address;
import org.merpati.kernel.Domain;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.runtime.Configuration;
import org.merpati.wire.Connection;

/** Joins James' handlers with {@link Reception}: each hook asks, and a failure becomes the reply. */
final class Hooks
        implements MailHook, RcptHook, AuthHook, MailParametersHook, EhloExtension, CommandHandler<SMTPSession> {
    /** The envelope of the transaction under way. */
    static final AttachmentKey<Envelope> ENVELOPE = AttachmentKey.of("merpati.envelope", Envelope.class);
    /** Set when DATA was accepted and the data follows. */
    static final AttachmentKey<Envelope> DATA = AttachmentKey.of("merpati.data", Envelope.class);

    /** What this side greeted with, for an introduction. */
    static final AttachmentKey<String> NONCE = AttachmentKey.of("merpati.nonce", String.class);

    static final AttachmentKey<Connection> CONNECTION = AttachmentKey.of("merpati.connection", Connection.class);
    static final AttachmentKey<Address> LOGIN = AttachmentKey.of("merpati.login", Address.class);
    private static final AttachmentKey<InetSocketAddress> FROM =
            AttachmentKey.of("merpati.from", InetSocketAddress.class);
    private static final AttachmentKey<Parameters> PARAMETERS =
            AttachmentKey.of("merpati.parameters", Parameters.class);
    /** MAIL's and RCPT's parameter of deliveries between our own nodes. */
    static final String OURS = "XMERPATI";

    private record Parameters(Map<String, String> values) {}

    private final SmtpConfig config;
    private final Reception reception;

    Hooks(SmtpConfig config, Reception reception) {
        this.config = config;
        this.reception = reception;
    }

    /** Who speaks in a session. */
    static Reception.Client client(SMTPSession session, SmtpConfig config) {
        Connection connection =
                session.getAttachment(CONNECTION, State.Connection).orElseThrow();
        Optional<Address> login = session.getAttachment(LOGIN, State.Connection);
        String base = config.kind() == SmtpConfig.Kind.LMTP ? "LMTP" : "ESMTP";
        return new Reception.Client(
                session.getAttachment(FROM, State.Connection).orElse(connection.remote()),
                session.getAttachment(SMTPSession.CURRENT_HELO_NAME, State.Connection)
                        .orElse("unknown"),
                connection.secure(),
                connection.peerCertificate(),
                login,
                base + (connection.secure() ? "S" : "") + (login.isPresent() ? "A" : ""));
    }

    private static HookResult result(Failure failure) {
        Reply reply = Reply.of(failure);
        return HookResult.builder()
                .hookReturnCode(reply.permanentNegative() ? HookReturnCode.deny() : HookReturnCode.denySoft())
                .smtpReturnCode(Integer.toString(reply.code()))
                .smtpDescription(reply.text())
                .build();
    }

    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        try {
            boolean submission =
                    config.kind() == SmtpConfig.Kind.SUBMISSION || config.kind() == SmtpConfig.Kind.PROXIED;
            if (submission && session.getAttachment(LOGIN, State.Connection).isEmpty()) {
                return HookResult.builder()
                        .hookReturnCode(HookReturnCode.deny())
                        .smtpReturnCode("530")
                        .smtpDescription("5.7.0 log in first")
                        .build();
            }
            Optional<Address> from = sender.asOptional().map(Hooks::address);
            Map<String, String> parameters = session.getAttachment(PARAMETERS, State.Transaction)
                    .map(Parameters::values)
                    .orElse(Map.of());
            Envelope envelope = new Envelope(from, parameters, List.of());
            reception.sender(client(session, config), envelope);
            session.setAttachment(ENVELOPE, envelope, State.Transaction);
            return HookResult.DECLINED;
        } catch (Failure failure) {
            return result(failure);
        }
    }

    private static Address address(MailAddress address) {
        String local = address.getLocalPart();
        String bare = local.startsWith("\"") && local.endsWith("\"") && local.length() > 2
                ? local.substring(1, local.length() - 1).replaceAll("\\\\(.)", "$1")
                : local;
        return new Address(bare, Domain.parse(address.getDomain().asString()));
    }

    @Override
    public Set<String> supportedParameters() {
        return Set.of(OURS);
    }

    @Override
    public HookResult doRcpt(
            SMTPSession session, MaybeSender sender, MailAddress recipient, Map<String, String> parameters) {
        try {
            Envelope envelope =
                    session.getAttachment(ENVELOPE, State.Transaction).orElseThrow(() -> new Malformed("MAIL first"));
            if (envelope.recipients().size() >= config.recipientLimit()) {
                return HookResult.builder()
                        .hookReturnCode(HookReturnCode.denySoft())
                        .smtpReturnCode("452")
                        .smtpDescription("4.5.3 too many recipients: at most " + config.recipientLimit())
                        .build();
            }
            Map<String, String> kept = new HashMap<>();
            parameters.forEach((name, value) -> {
                if (name.equals(OURS)) {
                    kept.put(name, value);
                }
            });
            Envelope.Recipient wanted = new Envelope.Recipient(address(recipient), kept);
            reception.recipient(client(session, config), envelope, wanted);
            session.setAttachment(ENVELOPE, envelope.with(wanted), State.Transaction);
            return HookResult.builder()
                    .hookReturnCode(HookReturnCode.ok())
                    .smtpReturnCode("250")
                    .smtpDescription("2.1.5 recipient <" + wanted.address() + "> ok")
                    .build();
        } catch (Failure failure) {
            return result(failure);
        }
    }

    @Override
    public HookResult doAuth(SMTPSession session, Username name, String password) {
        try {
            Address account = reception.login(client(session, config), name.asString(), password);
            session.setAttachment(LOGIN, account, State.Connection);
            return HookResult.builder()
                    .hookReturnCode(HookReturnCode.ok())
                    .smtpReturnCode("235")
                    .smtpDescription("2.7.0 welcome")
                    .build();
        } catch (Failure failure) {
            return result(failure);
        }
    }

    @Override
    public HookResult doSasl(SMTPSession session, OidcSASLConfiguration configuration, String response) {
        return HookResult.DENY;
    }

    @Override
    public String[] getMailParamNames() {
        return new String[] {"BODY", "SIZE", "AUTH", OURS};
    }

    @Override
    public HookResult doMailParameter(SMTPSession session, String name, String value) {
        try {
            switch (name.toUpperCase(Locale.ROOT)) {
                case "SIZE" -> size(value);
                case "BODY" -> body(value);
                default -> {
                    // AUTH (RFC 4954 §5) is trusted from nobody; ours is read by the reception.
                }
            }
            Map<String, String> values = new HashMap<>(session.getAttachment(PARAMETERS, State.Transaction)
                    .map(Parameters::values)
                    .orElse(Map.of()));
            values.put(name, value);
            session.setAttachment(PARAMETERS, new Parameters(values), State.Transaction);
            return HookResult.DECLINED;
        } catch (Failure failure) {
            return result(failure);
        }
    }

    private void size(String value) {
        if (!value.matches("\\d{1,18}")) {
            throw new Malformed("SIZE is a number of octets");
        }
        if (Long.parseLong(value) > config.messageLimit()) {
            throw new Refused(Refused.Reason.LIMIT, "a message has at most " + config.messageLimit() + " octets here");
        }
    }

    private static void body(String value) {
        if (!value.equalsIgnoreCase("7BIT") && !value.equalsIgnoreCase("8BITMIME")) {
            throw new Malformed("BODY is 7BIT or 8BITMIME");
        }
    }

    @Override
    public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
        boolean node = config.kind() == SmtpConfig.Kind.LMTP
                && session.getAttachment(CONNECTION, State.Connection)
                        .flatMap(Connection::peerCertificate)
                        .isPresent();
        String size = "SIZE " + config.messageLimit();
        return node ? List.of(size, OURS + " " + NodeParameters.VERDICT) : List.of(size);
    }

    @Override
    public Collection<String> getImplCommands() {
        return config.kind() == SmtpConfig.Kind.PROXIED ? List.of("DATA", OURS) : List.of("DATA");
    }

    /** DATA (RFC 5321 §4.1.1.4): the data itself is read by {@link SmtpService}. */
    @Override
    public Response onCommand(SMTPSession session, Request request) {
        if (request.getCommand().equalsIgnoreCase(OURS)) {
            return introduce(session, String.valueOf(request.getArgument()));
        }
        if (request.getArgument() != null && !request.getArgument().isEmpty()) {
            return new SMTPResponse("500", "5.5.4 DATA has no argument");
        }
        Optional<Envelope> envelope = session.getAttachment(ENVELOPE, State.Transaction);
        if (envelope.isEmpty()) {
            return new SMTPResponse("503", "5.5.1 MAIL first");
        }
        if (envelope.get().recipients().isEmpty()) {
            return new SMTPResponse(config.kind() == SmtpConfig.Kind.LMTP ? "503" : "554", "5.5.1 no valid recipients");
        }
        session.setAttachment(DATA, envelope.get(), State.Transaction);
        return new SMTPResponse("354", "end with a line that holds a dot alone");
    }

    /** {@code XMERPATI account ticket client}: a proxy introduces an account that it has checked. */
    private Response introduce(SMTPSession session, String argument) {
        String[] words = argument.strip().split(" ", -1);
        try {
            if (words.length != 3) {
                throw new Malformed("XMERPATI account ticket client");
            }
            String nonce = session.getAttachment(NONCE, State.Connection).orElse("");
            Address account = reception.introduced(client(session, config), nonce, words[0], words[1], words[2]);
            session.setAttachment(LOGIN, account, State.Connection);
            session.setAttachment(FROM, Configuration.address(words[2]), State.Connection);
            return new SMTPResponse("250", "2.7.0 welcome");
        } catch (Failure failure) {
            Reply reply = Reply.of(failure);
            return new SMTPResponse(Integer.toString(reply.code()), reply.text());
        }
    }
}

package org.merpati.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Malformed;

/**
 * IMAP before a login (RFC 9051 §6.1, §6.2): greeting, CAPABILITY, ID, NOOP, STARTTLS, LOGIN, AUTHENTICATE and LOGOUT.
 * It ends with credentials, whose command the caller answers, so that a proxy can have the owner answer it. If the
 * caller refused them, {@link #next} goes on.
 */
public final class PreLogin {
    private static final int LINE_LIMIT = 8_192;
    private static final int COMMAND_LIMIT = 16_384;

    /**
     * How it is done.
     *
     * @param server the name that the greeting gives
     * @param clearLogins whether passwords of clients on this machine may cross without TLS
     * @param tls what STARTTLS uses; none where it is not offered
     * @param sasl what mechanisms other than PLAIN ask
     * @param delay how long the answer to a next login waits for each that failed before it
     * @param attempts how many credentials are taken before the connection ends
     * @param mistakes how many commands may be malformed before the connection ends
     */
    public record Settings(
            String server,
            boolean clearLogins,
            Optional<SSLContext> tls,
            SaslSource sasl,
            Duration delay,
            int attempts,
            int mistakes) {
        /** With PLAIN alone, and without a delay. */
        public Settings(String server, boolean clearLogins, Optional<SSLContext> tls, int attempts, int mistakes) {
            this(server, clearLogins, tls, SaslSource.NONE, Duration.ZERO, attempts, mistakes);
        }
    }

    /**
     * What somebody gave to log in.
     *
     * @param tag of the command that the caller must answer
     * @param password none where the mechanism has proved already who it is
     * @param authorization whom to act as (RFC 4616); empty for oneself
     */
    public record Credentials(String tag, String user, Optional<String> password, String authorization) {
        @Override
        public String toString() {
            return tag + " " + user;
        }
    }

    private final Connection connection;
    private final Settings settings;
    private final PreLoginLines lines;
    private int attempts;
    private int mistakes;

    public PreLogin(Connection connection, Settings settings) {
        this.connection = connection;
        this.settings = settings;
        this.lines = new PreLoginLines(connection, LINE_LIMIT, COMMAND_LIMIT, 0);
    }

    /** Says hello. */
    public void greet() throws IOException {
        say("* OK [CAPABILITY " + capabilities() + "] " + settings.server() + " ready");
    }

    /** What is offered before a login on this connection as it is now. */
    public String capabilities() {
        String offered = "IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID ENABLE UTF8=ACCEPT";
        boolean may = mayLogIn();
        if (!connection.secure() && settings.tls().isPresent()) {
            offered += " STARTTLS";
        }
        return offered + (may ? Sasl.offered(settings.sasl(), " AUTH=") : " LOGINDISABLED");
    }

    private boolean mayLogIn() {
        return connection.secure()
                || (settings.clearLogins() && connection.remote().getAddress().isLoopbackAddress());
    }

    /**
     * Leads the dialogue until credentials are given.
     *
     * @return the credentials, or nothing if the connection has ended
     */
    public Optional<Credentials> next() throws IOException {
        try {
            while (true) {
                if (attempts >= settings.attempts() || mistakes >= settings.mistakes()) {
                    say("* BYE too many failures");
                    return Optional.empty();
                }
                byte[] command = read();
                if (command == null) {
                    return Optional.empty();
                }
                if (command.length == 0) {
                    continue;
                }
                Step step = answer(command);
                if (step.credentials != null) {
                    LockSupport.parkNanos(
                            settings.delay().multipliedBy(attempts).toNanos());
                    attempts++;
                    return Optional.of(step.credentials);
                }
                if (step.ended) {
                    return Optional.empty();
                }
            }
        } catch (SocketTimeoutException idle) {
            say("* BYE idle for too long");
            return Optional.empty();
        }
    }

    private record Step(@Nullable Credentials credentials, boolean ended) {
        static final Step ON = new Step(null, false);
        static final Step ENDED = new Step(null, true);
    }

    /** The next command; an empty one stands for one that was refused already. */
    private byte @Nullable [] read() throws IOException {
        try {
            return lines.command();
        } catch (Malformed tooLong) {
            mistakes++;
            say(lines.tag() + " BAD " + tooLong.sentence());
            return new byte[0];
        }
    }

    private Step answer(byte[] command) throws IOException {
        String tag = "*";
        try {
            PreLoginWords words = new PreLoginWords(command);
            tag = words.tag();
            words.space();
            return answer(tag, words.atom().toUpperCase(Locale.ROOT), words);
        } catch (Malformed malformed) {
            mistakes++;
            say(tag + " BAD " + malformed.sentence());
            return Step.ON;
        }
    }

    private Step answer(String tag, String name, PreLoginWords words) throws IOException {
        switch (name) {
            case "CAPABILITY" -> {
                words.end();
                say("* CAPABILITY " + capabilities() + "\r\n" + tag + " OK done");
            }
            case "NOOP" -> {
                words.end();
                say(tag + " OK done");
            }
            case "ID" -> say("* ID (\"name\" \"Merpati\")\r\n" + tag + " OK done");
            case "LOGOUT" -> {
                words.end();
                say("* BYE until next time\r\n" + tag + " OK done");
                return Step.ENDED;
            }
            case "STARTTLS" -> startTls(tag, words);
            case "LOGIN" -> {
                return login(tag, words);
            }
            case "AUTHENTICATE" -> {
                return authenticate(tag, words);
            }
            default -> throw new Malformed("'" + shown(name) + "' is no command before a login");
        }
        return Step.ON;
    }

    private static String shown(String name) {
        return name.length() > 30 ? name.substring(0, 30) : name;
    }

    private void startTls(String tag, PreLoginWords words) throws IOException {
        words.end();
        if (connection.secure() || settings.tls().isEmpty()) {
            throw new Malformed("STARTTLS is not offered here");
        }
        say(tag + " OK begin TLS now");
        connection.startTls(settings.tls().get());
    }

    private boolean refusedInClear(String tag) throws IOException {
        if (mayLogIn()) {
            return false;
        }
        attempts++;
        say(tag + " NO [PRIVACYREQUIRED] a login needs TLS: use STARTTLS first");
        return true;
    }

    private Step login(String tag, PreLoginWords words) throws IOException {
        words.space();
        String user = words.astring();
        words.space();
        String password = words.astring();
        words.end();
        return refusedInClear(tag) ? Step.ON : new Step(new Credentials(tag, user, Optional.of(password), ""), false);
    }

    private Step authenticate(String tag, PreLoginWords words) throws IOException {
        words.space();
        String mechanism = words.atom().toUpperCase(Locale.ROOT);
        String initial = words.take(' ') ? words.atomWith("=") : null;
        words.end();
        Sasl sasl = new Sasl(settings.sasl(), challenge -> {
            say("+ " + challenge);
            byte[] line = lines.line();
            return line == null ? null : new String(line, StandardCharsets.ISO_8859_1);
        });
        if (!sasl.knows(mechanism)) {
            say(tag + " NO [CANNOT] the mechanisms here are" + Sasl.offered(settings.sasl(), " "));
            return Step.ON;
        }
        if (refusedInClear(tag)) {
            return Step.ON;
        }
        try {
            return sasl.exchange(mechanism, initial)
                    .map(o -> new Step(new Credentials(tag, o.user(), o.password(), o.authorization()), false))
                    .orElse(Step.ENDED);
        } catch (Sasl.Failed failed) {
            attempts++;
            say(tag + " NO [AUTHENTICATIONFAILED] " + failed.getMessage());
            return Step.ON;
        }
    }

    private void say(String line) throws IOException {
        OutputStream out = connection.out();
        out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}

package org.merpati.imap;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.merpati.imap.people.Logins;
import org.merpati.imap.state.RecentFlags;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.wire.Connection;
import org.merpati.wire.Dialogue;
import org.merpati.wire.PreLogin;

/** IMAP as a listener's dialogue: the login, then a session. One for all connections of a node. */
public final class ImapService implements Dialogue {
    /**
     * Limits of IMAP after a login.
     *
     * @param lineLimit the most octets of a line
     * @param commandLimit the most octets of a command with its literals, APPEND's message apart
     * @param appendLimit the most octets of a message that APPEND takes
     * @param idle how long a client may be silent; RFC 9051 §5.4 wants 30 minutes at least
     * @param recentMailboxes for how many mailboxes {@code \Recent} is remembered
     */
    public record Settings(int lineLimit, int commandLimit, int appendLimit, Duration idle, int recentMailboxes) {
        /** What the shipped configuration says. */
        public static final Settings DEFAULTS =
                new Settings(64 * 1024, 1024 * 1024, 50 * 1024 * 1024, Duration.ofMinutes(31), 100_000);
    }

    /** How many connections may be compressed at once: each takes about 300 KB outside of the heap. */
    private static final int COMPRESSIONS = 1_000;

    private final Logins logins;
    private final PreLogin.Settings before;
    private final Settings settings;
    private final Clock clock;
    private final RecentFlags recents;
    private final Digests digests = new Digests();
    private final LongAdder internalErrors = new LongAdder();
    private final Semaphore compressions = new Semaphore(COMPRESSIONS);

    public ImapService(Logins logins, PreLogin.Settings before, Settings settings, Clock clock) {
        this.logins = logins;
        this.before = before;
        this.settings = settings;
        this.clock = clock;
        this.recents = new RecentFlags(clock.millis(), settings.recentMailboxes());
    }

    @Override
    public void serve(Connection connection) throws IOException {
        connection.idleTimeout(settings.idle());
        PreLogin login = new PreLogin(connection, before);
        login.greet();
        boolean goesOn = true;
        while (goesOn) {
            Optional<PreLogin.Credentials> credentials = login.next();
            goesOn = credentials.isPresent();
            if (goesOn) {
                Optional<Logins.Account> account = judge(connection, credentials.get());
                goesOn = account.isEmpty()
                        || new ImapSession(this, connection, account.get(), true)
                                .serve(credentials.get().tag());
            }
        }
    }

    private Optional<Logins.Account> judge(Connection connection, PreLogin.Credentials given) throws IOException {
        Answer answer;
        try {
            Optional<Logins.Account> account = given.password().isPresent()
                    ? logins.plain(given.user(), given.password().get(), given.authorization(), connection.remote())
                    : logins.proved(given.user(), given.authorization(), connection.remote());
            if (account.isPresent()) {
                account.get().store().ensure(account.get().id());
                return account;
            }
            answer = Answer.no("[AUTHENTICATIONFAILED] name or password is wrong");
        } catch (Refused refused) {
            answer = Answer.of(refused);
        } catch (TryLater later) {
            answer = Answer.no("[UNAVAILABLE] " + later.sentence());
        } catch (RuntimeException bug) {
            ImapSession.log(connection, bug);
            internalErrors.increment();
            answer = Answer.no("[SERVERBUG] internal error");
        }
        answer(connection, given.tag(), answer);
        return Optional.empty();
    }

    private static void answer(Connection connection, String tag, Answer answer) throws IOException {
        Reply reply = new Reply(connection.out());
        reply.answer(tag, answer);
        reply.flush();
    }

    /**
     * Serves a connection whose login was judged elsewhere, from the answer to that login on.
     *
     * @param tag of the command that logged in, which is answered here; with NO, and the end, if the account cannot be
     *     served here
     * @throws IOException if the peer goes away
     */
    public void serve(Connection connection, Logins.Account account, String tag) throws IOException {
        try {
            account.store().ensure(account.id());
        } catch (Refused refused) {
            answer(connection, tag, Answer.of(refused));
            return;
        } catch (TryLater later) {
            answer(connection, tag, Answer.no("[UNAVAILABLE] " + later.sentence()));
            return;
        }
        new ImapSession(this, connection, account, false).serve(tag);
    }

    Logins logins() {
        return logins;
    }

    Settings settings() {
        return settings;
    }

    Digests digests() {
        return digests;
    }

    Clock clock() {
        return clock;
    }

    RecentFlags recents() {
        return recents;
    }

    /** The connections that may still be compressed. */
    Semaphore compressions() {
        return compressions;
    }

    void countInternalError() {
        internalErrors.increment();
    }

    /** How many times a bug was met; zero in a sound program. */
    public long internalErrors() {
        return internalErrors.sum();
    }
}

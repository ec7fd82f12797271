package org.merpati.imap;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.people.Logins;
import org.merpati.imap.people.Names;
import org.merpati.imap.people.Reached;
import org.merpati.imap.state.Enabled;
import org.merpati.imap.state.RecentFlags;
import org.merpati.imap.text.Answer;
import org.merpati.imap.text.ModifiedUtf7;
import org.merpati.imap.text.Parser;
import org.merpati.imap.text.Reply;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.wire.Connection;
import org.merpati.wire.Deflated;
import org.merpati.wire.PreLoginLines;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client after its login: reads a command, carries it out, tells what has changed, answers. Plain blocking code on
 * the connection's virtual thread.
 */
final class ImapSession {
    private static final Logger LOG = LoggerFactory.getLogger(ImapSession.class);
    private static final String MOVED = "[UNAVAILABLE] the mailboxes are served elsewhere now, connect again";

    private final ImapService service;
    private final Logins.Account account;
    private final Names names;
    private final boolean direct;
    private Connection connection;
    private PreLoginLines lines;
    private Reply reply;
    private @Nullable Deflated deflated;
    private final Enabled enabled = new Enabled();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Selected selected;
    private @Nullable Notices notices;
    private boolean ended;
    private boolean loggedOff;
    private String tag = "*";

    /**
     * @param direct whether the client logged in here, and may so log off (RFC 8437); behind a proxy it may not
     */
    ImapSession(ImapService service, Connection connection, Logins.Account account, boolean direct) {
        this.service = service;
        this.connection = connection;
        this.account = account;
        this.names = new Names(service.logins(), account);
        this.direct = direct;
        this.lines = lines(connection, service.settings());
        this.reply = new Reply(connection.out());
    }

    private static PreLoginLines lines(Connection connection, ImapService.Settings settings) {
        return new PreLoginLines(connection, settings.lineLimit(), settings.commandLimit(), settings.appendLimit());
    }

    /**
     * Serves the client from the answer to its login on.
     *
     * @return whether it has logged off, and may log in again
     */
    boolean serve(String loginTag) throws IOException {
        connection.idleTimeout(service.settings().idle());
        reply.answer(loginTag, Answer.ok("[CAPABILITY " + BasicCommand.capabilities(this) + "] logged in"));
        reply.flush();
        try {
            while (!ended) {
                step();
            }
        } catch (SocketTimeoutException idle) {
            bye("idle for too long");
        } finally {
            tellNothing();
            if (deflated != null) {
                deflated.end();
                service.compressions().release();
            }
        }
        return loggedOff;
    }

    /** Whether the client logged in on this connection itself, without a proxy. */
    boolean direct() {
        return direct;
    }

    /** Whether the connection is compressed. */
    boolean compressed() {
        return deflated != null;
    }

    /** Ends the session after the answer, and lets the client log in again. */
    void logOff() {
        tellNothing();
        unselect();
        ended = true;
        loggedOff = true;
    }

    /**
     * Answers, and compresses from there on (RFC 4978).
     *
     * @throws Refused if too many connections are compressed already
     */
    void compress(Answer answer) throws IOException {
        if (!service.compressions().tryAcquire()) {
            throw new Refused(Refused.Reason.LIMIT, "too many connections are compressed now");
        }
        reply.answer(tag, answer);
        reply.flush();
        deflated = new Deflated(connection);
        connection = deflated;
        lines = lines(connection, service.settings());
        reply = new Reply(connection.out());
    }

    private void step() throws IOException {
        byte[] octets;
        try {
            octets = lines.command();
        } catch (Malformed tooLong) {
            reply.answer(lines.tag(), Answer.bad(tooLong.sentence()));
            reply.flush();
            return;
        } catch (Refused tooLarge) {
            reply.answer(lines.tag(), Answer.no("[TOOBIG] " + tooLarge.sentence()));
            reply.flush();
            return;
        }
        if (octets == null) {
            ended = true;
        } else if (octets.length > 0) {
            lock.lock();
            try {
                answer(octets);
                reply.flush();
            } finally {
                lock.unlock();
            }
        }
    }

    private void answer(byte[] octets) throws IOException {
        Parser parser = new Parser(octets, enabled.utf8());
        tag = "*";
        try {
            tag = parser.tag();
            parser.space();
            Command command = Command.parse(parser);
            if (deflated == null && command instanceof BasicCommand.Compress compress) {
                compress.run(this);
                return;
            }
            Answer answer = run(command);
            Optional<String> goodbye = command.tellsState() ? Optional.empty() : sync(command.mayRenumber());
            reply.answer(tag, selected == null ? answer : answer.with(selected.told()));
            goodbye.ifPresent(this::bye);
        } catch (Malformed malformed) {
            reply.answer(tag, Answer.bad(malformed.sentence()));
        } catch (Refused refused) {
            reply.answer(tag, Answer.of(refused));
        } catch (TryLater later) {
            reply.answer(tag, Answer.no("[UNAVAILABLE] " + later.sentence()));
            if (moved(later)) {
                bye(MOVED);
            }
        } catch (SocketTimeoutException idle) {
            throw idle;
        } catch (RuntimeException bug) {
            bug(bug);
            if (reply.midLine()) {
                hangUp();
            } else {
                reply.answer(tag, Answer.no("[SERVERBUG] internal error"));
            }
        }
    }

    private Answer run(Command command) throws IOException {
        return switch (command) {
            case Command.AnyTime anyTime -> anyTime.run(this);
            case Command.BeforeLogin before -> Answer.bad(before.name() + " comes before a login");
            case Command.AfterLogin after -> {
                account.store().leased();
                yield after.run(this);
            }
            case Command.InMailbox inside -> {
                if (selected == null) {
                    yield Answer.bad("no mailbox is selected");
                }
                if (enabled.uidOnly() && inside.numbered()) {
                    yield Answer.bad("[UIDREQUIRED] messages have no numbers here since ENABLE UIDONLY");
                }
                selected.store().leased();
                if (!(inside instanceof ExpungeCommand.Leave)) {
                    Reached.need(selected.rights(), 'r');
                }
                yield inside.run(this, selected);
            }
        };
    }

    /**
     * Tells what has changed. Where that cannot be known now, the command was done all the same, and its answer stays.
     *
     * @return why the session ends after the answer, if it does
     */
    Optional<String> sync(boolean mayRenumber) throws IOException {
        if (selected == null || ended) {
            return Optional.empty();
        }
        try {
            tell(selected, mayRenumber);
            return Optional.empty();
        } catch (Refused gone) {
            return Optional.of(goodbye(gone));
        } catch (TryLater later) {
            return moved(later) ? Optional.of(MOVED) : Optional.empty();
        }
    }

    /** Why a session ends whose mailbox is gone, or may be read no more. */
    static String goodbye(Refused gone) {
        return gone.reason() == Refused.Reason.NONEXISTENT ? "the mailbox was deleted" : gone.sentence();
    }

    /** Whether one's own mailboxes are served elsewhere now; those of others may be, for a session goes on. */
    private boolean moved(TryLater later) {
        return later.moved()
                .filter(route -> route.group().equals(account.store().shard()))
                .isPresent();
    }

    /** Tells what has changed in a mailbox, and of new messages what NOTIFY wants; the caller holds the lock. */
    void tell(Selected selected, boolean mayRenumber) throws IOException {
        selected.store().leased();
        long lastUid = selected.lastUid();
        selected.sync(reply, mayRenumber);
        if (notices != null) {
            notices.came(selected, lastUid);
        }
    }

    /** Has the client told of what it wants from now on, in the place of what it wanted before. */
    void tellOf(NotifyCommand wanted) throws IOException {
        tellNothing();
        if (!wanted.groups().isEmpty()) {
            notices = Notices.begin(this, wanted);
        }
    }

    private void tellNothing() {
        if (notices != null) {
            notices.close();
            notices = null;
        }
    }

    Enabled enabled() {
        return enabled;
    }

    /** Tells MODSEQs from now on; with a mailbox selected, the client is told where it stands (RFC 7162 §3.1). */
    void enableModSeq() throws IOException {
        if (!enabled.modSeq()) {
            enabled.enableModSeq();
            if (selected != null) {
                selected.putHighest(reply);
            }
        }
    }

    /** A mailbox's name as the client reads it, its octets as characters. */
    String written(String name) {
        return enabled.utf8()
                ? new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                : ModifiedUtf7.encode(name);
    }

    /** The tag of the command that is carried out. */
    String tag() {
        return tag;
    }

    /** The time, UTC milliseconds. */
    long millis() {
        return service.clock().millis();
    }

    /** A name for logs. */
    String name() {
        return connection.name();
    }

    Logins.Account account() {
        return account;
    }

    Reply reply() {
        return reply;
    }

    PreLoginLines lines() {
        return lines;
    }

    /** Held by whoever writes to the client. An IDLE gives it up while it waits. */
    ReentrantLock lock() {
        return lock;
    }

    ImapService.Settings settings() {
        return service.settings();
    }

    Digests digests() {
        return service.digests();
    }

    RecentFlags recents() {
        return service.recents();
    }

    Optional<Selected> selected() {
        return Optional.ofNullable(selected);
    }

    Selected select(Reached mailbox, boolean readOnly) {
        if (notices != null) {
            notices.watch(mailbox.owner());
        }
        selected = new Selected(mailbox, account.id(), readOnly, service.recents(), enabled);
        return selected;
    }

    void unselect() {
        selected = null;
    }

    /** Whom others' identifiers mean. */
    Logins logins() {
        return service.logins();
    }

    /** What mailboxes are called here. */
    Names names() {
        return names;
    }

    /** Ends the session after the answer to the command. */
    void end() {
        ended = true;
    }

    /** Says why the connection ends, and ends it. */
    void bye(String why) {
        ended = true;
        try {
            reply.put("* BYE ").utf8(why).line().flush();
        } catch (IOException peerGone) {
            LOG.debug("{}: gone before goodbye", name());
        }
        connection.close();
    }

    /** Ends the connection without a word. */
    void hangUp() {
        ended = true;
        connection.close();
    }

    /** Takes note of a bug. */
    void bug(RuntimeException bug) {
        service.countInternalError();
        log(connection, bug);
    }

    static void log(Connection connection, RuntimeException bug) {
        LOG.error("{}: internal error", connection.name(), bug);
    }
}

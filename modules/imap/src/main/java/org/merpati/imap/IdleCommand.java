package org.merpati.imap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.merpati.imap.people.Logins;
import org.merpati.imap.text.Answer;
import org.merpati.kernel.Failure;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Refused;
import org.merpati.store.MailStore;

/** IDLE (RFC 2177): changes are told as they happen, until the client says DONE. */
record IdleCommand() implements Command.AfterLogin {
    @Override
    public Answer run(ImapSession session) throws IOException {
        session.reply().put("+ idling").line().flush();
        Optional<Push> push = session.selected().map(selected -> push(session, selected));
        byte[] line;
        session.lock().unlock();
        try {
            line = session.lines().line();
        } finally {
            session.lock().lock();
            push.ifPresent(Push::close);
        }
        if (line == null) {
            session.end();
            return Answer.ok("done");
        }
        return isDone(line) ? Answer.ok("done") : Answer.bad("DONE was expected");
    }

    /** Where no mailbox is selected there is nothing to tell. */
    private static Push push(ImapSession session, Selected selected) {
        Push push = new Push(session, Duration.ZERO, () -> session.tell(selected, true));
        push.watch(selected.account(), selected.id());
        push.now();
        push.start("idle");
        return push;
    }

    private static boolean isDone(byte[] line) {
        return line.length == 4 && new String(line, StandardCharsets.US_ASCII).equalsIgnoreCase("DONE");
    }

    /** Tells a client of changes between its commands, from a virtual thread of its own, until it is closed. */
    static final class Push {
        /** Tells what there is to tell; the session's lock is held. */
        @FunctionalInterface
        interface Telling {
            void tell() throws IOException;
        }

        private final ImapSession session;
        private final Duration rest;
        private final Telling telling;
        private final Semaphore changed = new Semaphore(0);
        private final List<MailStore.Watch> watches = new ArrayList<>();
        private volatile boolean ended;

        /**
         * Nothing is told before {@link #start}.
         *
         * @param rest the least time between two times of telling
         */
        Push(ImapSession session, Duration rest, Telling telling) {
            this.session = session;
            this.rest = rest;
            this.telling = telling;
        }

        /**
         * Has it tell when something changes. The caller holds the session's lock.
         *
         * @param watched a mailbox, or {@link MailStore#ACCOUNT}
         */
        void watch(Logins.Account owner, MailboxId watched) {
            watches.add(owner.store().watch(owner.id(), watched, changed::release));
        }

        void start(String name) {
            Thread.ofVirtual().name(name + " " + session.name()).start(this::run);
        }

        /** Has it tell what there is, whether or not something changes. */
        void now() {
            changed.release();
        }

        private void run() {
            try {
                while (!ended) {
                    changed.acquire();
                    changed.drainPermits();
                    tell();
                    LockSupport.parkNanos(rest.toNanos());
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            } catch (IOException peerGone) {
                session.hangUp();
            }
        }

        private void tell() throws IOException {
            session.lock().lock();
            try {
                if (!ended) {
                    telling.tell();
                    session.reply().flush();
                }
            } catch (Refused gone) {
                session.bye(ImapSession.goodbye(gone));
            } catch (Failure failure) {
                session.bye("[UNAVAILABLE] " + failure.sentence());
            } catch (RuntimeException bug) {
                session.bug(bug);
                session.bye("[SERVERBUG] internal error");
            } finally {
                session.lock().unlock();
            }
        }

        /** Ends it; nothing is told after this. The caller holds the session's lock. */
        void close() {
            ended = true;
            watches.forEach(MailStore.Watch::close);
            changed.release();
        }
    }
}

package org.merpati.imap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.merpati.imap.text.Answer;
import org.merpati.kernel.Failure;
import org.merpati.store.MailStore;

/** IDLE (RFC 2177): changes are told as they happen, until the client says DONE. */
record IdleCommand() implements Command.AfterLogin {
    @Override
    public Answer run(ImapSession session) throws IOException {
        session.reply().put("+ idling").line().flush();
        Push push = Push.begin(session);
        byte[] line;
        session.lock().unlock();
        try {
            line = session.lines().line();
        } finally {
            session.lock().lock();
            push.close();
        }
        if (line == null) {
            session.end();
            return Answer.ok("done");
        }
        return isDone(line) ? Answer.ok("done") : Answer.bad("DONE was expected");
    }

    private static boolean isDone(byte[] line) {
        return line.length == 4 && new String(line, StandardCharsets.US_ASCII).equalsIgnoreCase("DONE");
    }

    /** Tells an idling client of changes, from a virtual thread of its own that lives as long as the IDLE. */
    static final class Push {
        private final ImapSession session;
        private final Semaphore changed = new Semaphore(0);
        private volatile boolean ended;
        private MailStore.@Nullable Watch watch;

        private Push(ImapSession session) {
            this.session = session;
        }

        /** Begins; where no mailbox is selected there is nothing to tell. */
        static Push begin(ImapSession session) {
            Push push = new Push(session);
            session.selected().ifPresent(push::start);
            return push;
        }

        private void start(Selected selected) {
            watch = selected.store().watch(selected.account().id(), selected.id(), changed::release);
            changed.release();
            Thread.ofVirtual().name("idle " + session.name()).start(() -> run(selected));
        }

        private void run(Selected selected) {
            try {
                while (true) {
                    changed.acquire();
                    changed.drainPermits();
                    if (ended) {
                        return;
                    }
                    tell(selected);
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            } catch (IOException peerGone) {
                session.hangUp();
            }
        }

        private void tell(Selected selected) throws IOException {
            session.lock().lock();
            try {
                if (!ended) {
                    session.tell(selected, true);
                    session.reply().flush();
                }
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
            if (watch != null) {
                watch.close();
            }
            changed.release();
        }
    }
}

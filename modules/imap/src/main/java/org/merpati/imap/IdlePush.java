package org.merpati.imap;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Failure;
import org.merpati.store.MailStore;

/** Tells an idling client of changes, from a virtual thread of its own that lives as long as the IDLE. */
final class IdlePush {
    private final ImapSession session;
    private final Semaphore changed = new Semaphore(0);
    private volatile boolean ended;
    private MailStore.@Nullable Watch watch;

    private IdlePush(ImapSession session) {
        this.session = session;
    }

    /** Begins; where no mailbox is selected there is nothing to tell. */
    static IdlePush begin(ImapSession session) {
        IdlePush push = new IdlePush(session);
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
                selected.store().leased();
                selected.sync(session.reply(), true);
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

package org.merpati.mailbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.merpati.directory.Account;
import org.merpati.directory.Directory;
import org.merpati.directory.SpamRequests;
import org.merpati.filter.Settings;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Flags;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.View;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the quarantines of the shards that this node leads: removes what has been there for 30 days, and has
 * people told of what came, unless the server's setting {@code digest none} says otherwise.
 */
public final class QuarantineKeeper implements AutoCloseable {
    /** How long a message is kept there, in milliseconds. */
    static final long KEPT_MILLIS = Duration.ofDays(30).toMillis();

    private static final Logger LOG = LoggerFactory.getLogger(QuarantineKeeper.class);
    private static final long PERIOD_NANOS = Duration.ofHours(1).toNanos();

    private final Directory directory;
    private final Shards shards;
    private final Clock clock;
    private final QuarantineDigest digest;
    private final Thread thread;
    private volatile boolean closed;

    /** Looks every hour from now on. */
    public QuarantineKeeper(Directory directory, Shards shards, Clock clock) {
        this.directory = directory;
        this.shards = shards;
        this.clock = clock;
        this.digest = new QuarantineDigest(clock);
        this.thread = Thread.ofVirtual().name("quarantine").start(this::keep);
    }

    private void keep() {
        while (!closed) {
            LockSupport.parkNanos(PERIOD_NANOS);
            try {
                if (!closed) {
                    sweep();
                }
            } catch (RuntimeException bug) {
                InternalErrors.report("quarantine", bug);
            }
        }
    }

    /**
     * Looks once; a shard that is led elsewhere is passed over.
     *
     * @return how many messages were removed
     */
    int sweep() {
        int removed = 0;
        boolean digests = Settings.of(directory.people().filterRules("")).digests();
        for (MailStore store : shards.all()) {
            try {
                store.leased();
                for (Account account : directory.people().accounts()) {
                    if (account.shard().equals(store.shard())) {
                        removed += sweep(store, account, digests);
                    }
                }
            } catch (Failure elsewhere) {
                LOG.debug("the quarantines of {} are left alone: {}", store.shard(), elsewhere.sentence());
            }
        }
        return removed;
    }

    private int sweep(MailStore store, Account account, boolean digests) {
        Optional<Mailbox> quarantine = store.mailbox(account.id(), SpamRequests.QUARANTINE);
        if (quarantine.isEmpty() || quarantine.get().messages() == 0) {
            return 0;
        }
        View view = store.view(account.id(), quarantine.get().id());
        List<Long> old = new ArrayList<>();
        for (int place = 0; place < view.size(); place++) {
            if (view.message(place).savedDate() < clock.millis() - KEPT_MILLIS) {
                old.add(view.message(place).uid());
            }
        }
        if (digests) {
            digest.tell(store, account, quarantine.get(), view);
        }
        if (old.isEmpty()) {
            return 0;
        }
        FlagChange deleted = new FlagChange(FlagChange.Kind.ADD, Flags.of("\\Deleted"));
        store.flags(account.id(), quarantine.get().id(), old, deleted, OptionalLong.empty());
        return store.expunge(account.id(), quarantine.get().id(), old).size();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

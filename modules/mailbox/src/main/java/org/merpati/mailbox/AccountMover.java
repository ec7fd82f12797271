package org.merpati.mailbox;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.merpati.cluster.NodeChannel;
import org.merpati.cluster.Routes;
import org.merpati.cluster.Topology;
import org.merpati.directory.Account;
import org.merpati.directory.AccountRequests;
import org.merpati.directory.Directory;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Failure;
import org.merpati.kernel.GroupName;
import org.merpati.kernel.TryLater;
import org.merpati.store.AccountMoves;
import org.merpati.store.AccountMoves.Origin;
import org.merpati.store.JournaledStore;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to the moves of accounts into the shards that this node leads, one after another. What is to be moved stands in
 * the directory, so another leader goes on where one stopped.
 */
public final class AccountMover implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccountMover.class);
    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();
    /** How much is copied in a second at most, so that who reads mail meanwhile is not held up. */
    private static final long OCTETS_PER_SECOND = 8 << 20;
    /** With so few rows that changed during a pass, the account is fenced. */
    private static final int SMALL = 100;

    private static final int PASSES = 20;

    private final Directory directory;
    private final Routes routes;
    private final Clock clock;
    private final RemoteShard.Answers answers;
    private final Map<GroupName, JournaledStore> stores = new ConcurrentHashMap<>();
    private final Map<AccountId, AccountRequests.Progress> progress = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Looks every second from now on, and answers other nodes about the shards with data here. */
    public AccountMover(Directory directory, Topology topology, NodeChannel channel, Routes routes, Clock clock) {
        this.directory = directory;
        this.routes = routes;
        this.clock = clock;
        this.answers = new RemoteShard.Answers(channel, topology);
        channel.offer(
                AccountRequests.MOVING,
                (peer, request, answer) -> answer.write(AccountRequests.Progress.write(Map.copyOf(progress))));
        this.thread = Thread.ofVirtual().name("account-mover").start(this::run);
    }

    /** Adds a shard with data here. */
    public void add(JournaledStore store) {
        answers.add(store.shard(), store.moves());
        stores.put(store.shard(), store);
    }

    /** Takes a shard away that has no data here any more. */
    public void remove(GroupName shard) {
        stores.remove(shard);
        answers.remove(shard);
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(PERIOD_NANOS);
            try {
                progress.keySet().removeIf(id -> moving(id).isEmpty());
                for (Account account : directory.people().accounts()) {
                    if (account.move().isPresent() && leads(account.move().get().to())) {
                        perhapsMove(account.id());
                    }
                }
            } catch (RuntimeException bug) {
                InternalErrors.report("account mover", bug);
            }
        }
    }

    private boolean leads(GroupName shard) {
        JournaledStore store = stores.get(shard);
        try {
            if (!closed && store != null) {
                store.leased();
                return true;
            }
        } catch (TryLater elsewhere) {
            // Its leader sees to it.
        }
        return false;
    }

    /** An account as it is now, if it moves. */
    private Optional<Account> moving(AccountId id) {
        return directory.people().account(id).filter(account -> account.move().isPresent());
    }

    /** Goes on with a move, or says why it cannot. */
    private void perhapsMove(AccountId id) {
        Optional<Account> now = moving(id);
        if (now.isEmpty()) {
            return;
        }
        Account account = now.get();
        Account.Move move = account.move().orElseThrow();
        try {
            move(account, move);
        } catch (Failure failure) {
            LOG.info(
                    "{} does not move from {} to {} now: {}", account.id(), move.from(), move.to(), failure.sentence());
            progress.merge(
                    account.id(),
                    AccountRequests.Progress.WAITS.because(failure.sentence()),
                    (before, waits) -> before.because(failure.sentence()));
        }
    }

    private void move(Account account, Account.Move move) {
        JournaledStore store = Objects.requireNonNull(stores.get(move.to()));
        AccountMoves here = store.moves();
        Origin origin = new RemoteShard(routes, move.from());
        if (account.shard().equals(move.from())) {
            if (!here.adopted(account.id(), move.id())) {
                copy(account, move, here, origin);
                origin.fence(account.id(), move.id(), move.to());
                LOG.info("{} is fenced in {}", account.id(), move.from());
                long since = clock.nanos();
                finish(account, move, here, origin);
                LOG.info("{} is in {}, {} ms later", account.id(), move.to(), (clock.nanos() - since) / 1_000_000);
            }
            directory.moved(account, move);
        }
        while (origin.forget(account.id(), move.id())) {
            LOG.debug("more is left of {} in {}", account.id(), move.from());
        }
        directory.endMove(account, move);
        LOG.info("{} has moved from {} to {}", account.id(), move.from(), move.to());
    }

    /**
     * Passes over the account while it is served, until little has changed during one. It may be fenced already by
     * whoever led here before.
     */
    private void copy(Account account, Account.Move move, AccountMoves here, Origin origin) {
        Optional<AccountRequests.Kept> kept = new AccountRequests(routes).usageNow(account);
        Pace pace =
                new Pace(account.id(), kept.map(AccountRequests.Kept::octets).orElse(0L));
        int unequal = Integer.MAX_VALUE;
        for (int pass = 1; unequal > SMALL && pass <= PASSES; pass++) {
            unequal = here.pull(origin, account.id(), move.id(), false, pace::took);
            LOG.info("pass {} over {}: {} rows taken", pass, account.id(), unequal);
        }
    }

    /** Nobody is served until this is done, so it is tried again at once, as long as this node leads. */
    private void finish(Account account, Account.Move move, AccountMoves here, Origin origin) {
        while (true) {
            try {
                here.pull(origin, account.id(), move.id(), true, octets -> {});
                here.adopt(account.id(), move.id());
                return;
            } catch (TryLater later) {
                if (!leads(move.to())) {
                    throw later;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Holds a copy to its pace, and keeps its progress. */
    private final class Pace {
        private final AccountId account;
        private final long all;
        private final long since = clock.nanos();
        private long taken;

        Pace(AccountId account, long all) {
            this.account = account;
            this.all = all;
            progress.put(account, new AccountRequests.Progress(0, all, 0, Optional.empty()));
        }

        void took(long octets) {
            taken += octets;
            long nanos = clock.nanos() - since;
            long due = taken * 1_000_000_000 / OCTETS_PER_SECOND;
            progress.put(account, new AccountRequests.Progress(taken, all, nanos / 1_000_000, Optional.empty()));
            if (due > nanos) {
                LockSupport.parkNanos(due - nanos);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

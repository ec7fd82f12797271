package org.merpati.journal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.TryLater;

/**
 * Packs what callers submit into entries: one thread takes everything that is pending, makes one entry of it, waits
 * until it is applied, and answers every caller. While an entry is on its way the next batch fills by itself.
 */
final class Batcher implements AutoCloseable {
    /** A command and its caller. */
    private static final class Pending {
        private final byte[] command;
        private final CompletableFuture<byte[]> answer;

        Pending(byte[] command, CompletableFuture<byte[]> answer) {
            this.command = command;
            this.answer = answer;
        }

        byte[] command() {
            return command;
        }

        CompletableFuture<byte[]> answer() {
            return answer;
        }
    }

    /** How entries get into the log. */
    interface Log {
        /** Sends an entry; the future ends when it was applied here, or fails if its outcome is not known. */
        CompletableFuture<?> append(InFlight entry);

        /** The time for the next batch in UTC milliseconds. */
        long nextMillis();
    }

    private final JournalConfig config;
    private final Log log;
    private final Supplier<TryLater> unknown;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Map<String, Entry> own = new TreeMap<>();
    private long pendingOctets;
    private boolean held;
    private boolean underWay;
    private boolean closed;

    Batcher(String group, JournalConfig config, Log log, Supplier<TryLater> unknown) {
        this.config = config;
        this.log = log;
        this.unknown = unknown;
        Thread.ofVirtual().name("journal-batch-" + group).start(this::run);
    }

    /** Adds a command; the future fails with {@link TryLater}. */
    CompletableFuture<byte[]> submit(byte[] command) {
        if (command.length > Journal.COMMAND_LIMIT) {
            throw new IllegalArgumentException(
                    "a command has " + command.length + " octets, more than " + Journal.COMMAND_LIMIT);
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        lock.lock();
        try {
            if (closed) {
                answer.completeExceptionally(unknown.get());
            } else if (pending.size() >= config.pendingCommands()
                    || pendingOctets + command.length > config.pendingOctets()) {
                answer.completeExceptionally(new TryLater("too many changes wait for their turn; try again shortly"));
            } else {
                pending.add(new Pending(command, answer));
                pendingOctets += command.length;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        return answer;
    }

    /** Sends an entry of the journal's own with the next turn; a newer one about the same takes its place. */
    void send(String about, Entry entry) {
        lock.lock();
        try {
            own.put(about, entry);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends nothing more until {@link #release} or {@link #turnAway}: what is submitted meanwhile waits.
     *
     * @return whether everything that was sent has been answered, within the limit
     */
    boolean hold(Duration limit) {
        long left = limit.toNanos();
        lock.lock();
        try {
            held = true;
            while (underWay && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !underWay;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Goes on with what waits. */
    void release() {
        lock.lock();
        try {
            held = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Sends nothing of what waits: its callers are told why. */
    void turnAway(TryLater why) {
        List<Pending> left;
        lock.lock();
        try {
            left = drain();
            held = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(p -> p.answer().completeExceptionally(why));
    }

    private List<Pending> drain() {
        List<Pending> left = List.copyOf(pending);
        pending.clear();
        pendingOctets = 0;
        return left;
    }

    private void run() {
        while (true) {
            List<Pending> batch = new ArrayList<>();
            List<Entry> due;
            lock.lock();
            try {
                underWay = false;
                changed.signalAll();
                while ((held || (pending.isEmpty() && own.isEmpty())) && !closed) {
                    changed.awaitUninterruptibly();
                }
                if (closed) {
                    return;
                }
                underWay = true;
                due = List.copyOf(own.values());
                own.clear();
                take(batch);
            } finally {
                lock.unlock();
            }
            due.forEach(entry -> await(new InFlight(entry.encode())));
            if (!batch.isEmpty()) {
                carry(batch);
            }
        }
    }

    private void take(List<Pending> batch) {
        long octets = 0;
        while (!pending.isEmpty() && batch.size() < config.batchCommands()) {
            long more = pending.peek().command().length + 5L;
            if (!batch.isEmpty() && octets + more > config.batchOctets()) {
                return;
            }
            octets += more;
            Pending next = pending.poll();
            pendingOctets -= next.command().length;
            batch.add(next);
        }
    }

    private void carry(List<Pending> batch) {
        List<byte[]> commands = batch.stream().map(Pending::command).toList();
        InFlight entry;
        List<byte[]> answers;
        try {
            entry = new InFlight(new Entry.Batch(log.nextMillis(), commands).encode());
            answers = await(entry) ? entry.answers() : null;
        } catch (RuntimeException e) {
            batch.forEach(p -> p.answer().completeExceptionally(e));
            return;
        }
        if (answers == null || answers.size() != batch.size()) {
            TryLater reason = unknown.get();
            batch.forEach(p -> p.answer().completeExceptionally(reason));
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer().complete(answers.get(i));
        }
    }

    private boolean await(InFlight entry) {
        CompletableFuture<?> sent = log.append(entry);
        try {
            sent.get(config.submitLimit().toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Answers everyone who waits that it is not known. */
    @Override
    public void close() {
        List<Pending> left;
        lock.lock();
        try {
            closed = true;
            left = drain();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        TryLater reason = unknown.get();
        left.forEach(p -> p.answer().completeExceptionally(reason));
    }

    /** Waits for an answer, at most the configured time. */
    byte[] await(CompletableFuture<byte[]> answer, Function<String, TryLater> late) {
        try {
            return answer.get(config.submitLimit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late.apply("no answer within " + config.submitLimit().toMillis()
                    + " ms; the change may or may not have happened");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw late.apply("interrupted; the change may or may not have happened");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** An entry on its way through the log; the copy that applies it in this process leaves the answers here. */
    static final class InFlight implements Message {
        private final ByteString form;
        private volatile @Nullable List<byte[]> answers;

        InFlight(byte[] form) {
            this.form = UnsafeByteOperations.unsafeWrap(form);
        }

        @Override
        public ByteString getContent() {
            return form;
        }

        /** Leaves the answers, one for each command in order. */
        void answer(List<byte[]> inOrder) {
            answers = inOrder;
        }

        /** The answers, or null if the entry was not applied from here. */
        @Nullable
        List<byte[]> answers() {
            return answers;
        }
    }
}

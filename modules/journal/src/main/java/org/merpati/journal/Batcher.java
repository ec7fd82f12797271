package org.merpati.journal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Clock;
import org.merpati.kernel.TryLater;

/**
 * Packs what callers submit into entries: whoever finds nothing under way makes one entry of everything that is pending
 * and sends it. When it is applied its callers are answered, and what has gathered meanwhile is the next entry. It has
 * no thread of its own: an idle group commits at once, a busy one fills its batches by itself.
 */
final class Batcher implements AutoCloseable {
    /** A command and its caller. */
    private static final class Pending {
        private final byte[] command;
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

        Pending(byte[] command) {
            this.command = command;
        }
    }

    /** An entry that was sent, and whose commands it holds. */
    private static final class Sent {
        private final InFlight entry;
        private final List<Pending> batch;
        private final long since;

        Sent(Entry entry, List<Pending> batch, long since) {
            this.entry = new InFlight(entry.encode());
            this.batch = batch;
            this.since = since;
        }
    }

    /** How entries get into the log. */
    interface Log {
        /** Sends an entry; the future ends when it was applied here, or fails if its outcome is not known. */
        CompletableFuture<?> append(InFlight entry);

        /** The time for the next batch in UTC milliseconds. */
        long nextMillis();

        /** What a caller is told whose command has no answer, and why. */
        TryLater unavailable(String why);
    }

    private static final String UNKNOWN = "the change may or may not have happened";

    private final JournalConfig config;
    private final Clock clock;
    private final Log log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final NavigableMap<String, Entry> own = new TreeMap<>();
    private long pendingOctets;
    private boolean held;
    private @Nullable Sent underWay;
    private boolean closed;

    Batcher(JournalConfig config, Clock clock, Log log) {
        this.config = config;
        this.clock = clock;
        this.log = log;
    }

    /** Adds a command; the future fails with {@link TryLater}. */
    CompletableFuture<byte[]> submit(byte[] command) {
        if (command.length > Journal.COMMAND_LIMIT) {
            throw new IllegalArgumentException(
                    "a command has " + command.length + " octets, more than " + Journal.COMMAND_LIMIT);
        }
        Pending added = new Pending(command);
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(lost());
            }
            if (pending.size() >= config.pendingCommands() || pendingOctets + command.length > config.pendingOctets()) {
                return CompletableFuture.failedFuture(
                        new TryLater("too many changes wait for their turn; try again shortly"));
            }
            pending.add(added);
            pendingOctets += command.length;
        } finally {
            lock.unlock();
        }
        sendNext();
        return added.answer;
    }

    /** Sends an entry of the journal's own with the next turn; a newer one about the same takes its place. */
    void send(String about, Entry entry) {
        lock.lock();
        try {
            own.put(about, entry);
        } finally {
            lock.unlock();
        }
        sendNextElsewhere();
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
            while (underWay != null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return underWay == null;
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
        } finally {
            lock.unlock();
        }
        sendNext();
    }

    /** Sends nothing of what waits: its callers are told why. */
    void turnAway(TryLater why) {
        List<Pending> left;
        lock.lock();
        try {
            left = drain();
            held = false;
        } finally {
            lock.unlock();
        }
        tell(left, why);
        sendNext();
    }

    private List<Pending> drain() {
        List<Pending> left = List.copyOf(pending);
        pending.clear();
        pendingOctets = 0;
        return left;
    }

    /** Sends what is pending, unless an entry is under way: its end calls here again. */
    private void sendNext() {
        Sent next;
        lock.lock();
        try {
            next = held || closed || underWay != null ? null : take();
            if (next == null) {
                return;
            }
            underWay = next;
        } finally {
            lock.unlock();
        }
        CompletableFuture<?> _ = log.append(next.entry).whenComplete((applied, error) -> ended(next, error == null));
    }

    /** Sends what is pending from another thread than this one, which is the log's own or looks after all groups. */
    private void sendNextElsewhere() {
        boolean more;
        lock.lock();
        try {
            more = !pending.isEmpty() || !own.isEmpty();
        } finally {
            lock.unlock();
        }
        if (more) {
            Thread.ofVirtual().name("journal-batch").start(this::sendNext);
        }
    }

    private @Nullable Sent take() {
        Map.Entry<String, Entry> first = own.pollFirstEntry();
        if (first != null) {
            return new Sent(first.getValue(), List.of(), clock.nanos());
        }
        if (pending.isEmpty()) {
            return null;
        }
        List<Pending> batch = new ArrayList<>();
        List<byte[]> commands = new ArrayList<>();
        long octets = 0;
        while (!pending.isEmpty() && batch.size() < config.batchCommands()) {
            byte[] command = pending.peek().command;
            octets += command.length + 5L;
            if (!batch.isEmpty() && octets > config.batchOctets()) {
                break;
            }
            pendingOctets -= command.length;
            commands.add(command);
            batch.add(pending.poll());
        }
        return new Sent(new Entry.Batch(log.nextMillis(), commands), batch, clock.nanos());
    }

    private void ended(Sent sent, boolean applied) {
        if (over(sent)) {
            sendNextElsewhere();
            List<byte[]> answers = applied ? sent.entry.answers() : null;
            if (answers == null || answers.size() != sent.batch.size()) {
                tell(sent.batch, lost());
            } else {
                for (int i = 0; i < answers.size(); i++) {
                    sent.batch.get(i).answer.complete(answers.get(i));
                }
            }
        }
    }

    /** Takes note that an entry is not waited for any more; false if somebody else did so before. */
    private boolean over(Sent sent) {
        lock.lock();
        try {
            if (underWay != sent) {
                return false;
            }
            underWay = null;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives up an entry that has taken longer than it may. It is called again and again. */
    void expire() {
        Sent late = underWay();
        if (late != null && clock.nanos() - late.since > config.submitLimit().toNanos() && over(late)) {
            sendNextElsewhere();
            long limit = config.submitLimit().toMillis();
            tell(late.batch, log.unavailable("no answer within " + limit + " ms; " + UNKNOWN));
        }
    }

    /** Gives up what is under way: nothing is applied any more. */
    void giveUp() {
        Sent left = underWay();
        if (left != null) {
            ended(left, false);
        }
    }

    private @Nullable Sent underWay() {
        lock.lock();
        try {
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    private static void tell(List<Pending> callers, TryLater why) {
        callers.forEach(p -> p.answer.completeExceptionally(why));
    }

    private TryLater lost() {
        return log.unavailable("leadership was lost on the way; " + UNKNOWN);
    }

    /** Answers everyone who waits that it is not known; what is under way may still be answered until it is late. */
    @Override
    public void close() {
        List<Pending> left;
        lock.lock();
        try {
            closed = true;
            left = drain();
        } finally {
            lock.unlock();
        }
        tell(left, lost());
    }

    /** Waits for an answer, which comes within the configured time. */
    byte[] await(CompletableFuture<byte[]> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw log.unavailable("interrupted; " + UNKNOWN);
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

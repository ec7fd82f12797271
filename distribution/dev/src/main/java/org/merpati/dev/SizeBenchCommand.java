package org.merpati.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.merpati.dev.copies.ShardVoter;
import org.merpati.dev.copies.Voter;
import org.merpati.journal.JournalConfig;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Flags;
import org.merpati.kernel.Ids;
import org.merpati.kernel.MailboxId;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.TryLater;
import org.merpati.store.Body;
import org.merpati.store.FlagChange;
import org.merpati.store.MailStore;
import org.merpati.store.NewMessage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./dev bench size}. */
@Command(
        name = "size",
        mixinStandardHelpOptions = true,
        description = {
            "What a checkpoint, a restart and a catch-up cost in a shard of few and of many messages of 2 KB: three"
                    + " voters with mutual TLS on this machine's disk, in one JVM, without the full-text index.",
            "Half of the changes are new messages, half are flags."
        })
final class SizeBenchCommand implements Callable<Integer> {
    private static final int COPIES = 3;
    private static final int LETTER = 2_048;
    private static final int MAILBOX = 1_000;
    private static final int AT_ONCE = 100;
    private static final int FILLERS = 8;
    private static final int CALLERS = 16;
    private static final int CHANGES = 1_000;
    private static final int FLAGS = 100_000;
    private static final int FLAGGERS = 256;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration PURGE = Duration.ofSeconds(20);
    private static final long PAUSE_NANOS = 1_000_000;
    private static final double MEGA = 1e6;

    /** A machine on which others work, too, does not change the leader in the midst of it. */
    private static final JournalConfig STANDARD =
            JournalConfig.standard().withElection(Duration.ofSeconds(4), Duration.ofSeconds(5));

    /** Of so little log a checkpoint is begun that a copy soon lacks what the others have dropped. */
    private static final JournalConfig SHORT = STANDARD.withLog(128 << 10, 64 << 10, 8);

    @Option(
            names = "--messages",
            split = ",",
            defaultValue = "10000,100000",
            description = "in the store, ascending (${DEFAULT-VALUE})")
    private List<Integer> sizes = List.of();

    @Option(
            names = "--checkpoints",
            defaultValue = "16",
            description = "of how many the median and the worst are told (${DEFAULT-VALUE})")
    private int checkpoints;

    @Option(names = "--base-port", defaultValue = "23000", description = "first port (${DEFAULT-VALUE})")
    private int base;

    /** A mailbox with at least {@link #MAILBOX} messages. */
    private record Box(AccountId account, MailboxId id) {}

    /** A change that is made again and again, with a number that says how often it was. */
    private interface Deed {
        void run(MailStore store, int number) throws IOException;
    }

    private final Letters letters = Letters.of(LETTER, 7);
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();
    private final Ids ids = Ids.secure(Clock.system());
    private final List<Box> boxes = Collections.synchronizedList(new ArrayList<>());
    private final List<ShardVoter> voters = new ArrayList<>();
    private final Map<String, List<String>> table = new LinkedHashMap<>();
    private Path folder = Path.of("");
    private JournalConfig config = STANDARD;

    @Override
    public Integer call() throws IOException {
        check(sizes);
        folder = Bench.folder("bench-size");
        Voter.prepare(folder, base, COPIES);
        try {
            for (int size : sizes) {
                openAll(STANDARD);
                fill(size);
                checkpoints();
                restarts();
                caughtUp("from the log");
                closeAll();
                openAll(SHORT);
                caughtUp("from a checkpoint");
                closeAll();
            }
        } finally {
            closeAll();
        }
        print();
        return 0;
    }

    /** Sizes are whole mailboxes, and one store grows from the first to the last. */
    static void check(List<Integer> sizes) {
        int before = 0;
        for (int size : sizes) {
            if (size <= before || size % MAILBOX != 0) {
                throw new Malformed("--messages are ascending multiples of " + MAILBOX + ", not " + sizes);
            }
            before = size;
        }
    }

    private void openAll(JournalConfig wanted) throws IOException {
        config = wanted;
        for (int i = 0; i < COPIES; i++) {
            voters.add(new ShardVoter(folder, base, COPIES, i, config));
        }
        leader();
    }

    private void closeAll() {
        voters.forEach(ShardVoter::close);
        voters.clear();
    }

    private ShardVoter leader() {
        seconds("a voter leads", LIMIT, () -> voters.stream().anyMatch(ShardVoter::leads));
        return voters.stream()
                .filter(ShardVoter::leads)
                .findFirst()
                .orElseThrow(() -> new TryLater("the leadership changed: begin again"));
    }

    /** A voter that does not lead. */
    private int follower() {
        return leader() == voters.getFirst() ? 1 : 0;
    }

    /** How long it takes until a condition holds. */
    private static double seconds(String what, Duration limit, BooleanSupplier condition) {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > limit.toNanos()) {
                throw new TryLater("not within " + limit.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    /** Makes so many changes, over so many threads. */
    private void times(int count, int threads, Deed deed) throws IOException {
        AtomicLong next = new AtomicLong();
        List<Callable<Boolean>> all = Collections.nCopies(threads, () -> {
            for (long number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                make(deed, (int) number);
            }
            return true;
        });
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (Future<Boolean> done : pool.invokeAll(all)) {
                done.get();
            }
        } catch (ExecutionException failed) {
            throw new IOException("a change failed: " + failed.getCause(), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", stop);
        }
    }

    /** Makes a change, again if the leadership was lost: then it may have happened twice. */
    private void make(Deed deed, int number) throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                deed.run(leader().store(), number);
                return;
            } catch (TryLater later) {
                if (System.nanoTime() - end > 0) {
                    throw later;
                }
                repeated.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private NewMessage message() {
        return new NewMessage(Body.of(letters.letter(made.getAndIncrement())), Flags.NONE, OptionalLong.empty());
    }

    private void fill(int size) throws IOException {
        int before = boxes.size();
        long began = System.nanoTime();
        times(size / MAILBOX - before, FILLERS, (store, number) -> {
            AccountId account = new AccountId(ids.next());
            store.ensure(account);
            MailboxId inbox = store.mailbox(account, "INBOX").orElseThrow().id();
            for (int done = 0; done < MAILBOX; done += AT_ONCE) {
                store.append(
                        account,
                        inbox,
                        Collections.nCopies(AT_ONCE, 0).stream()
                                .map(any -> message())
                                .toList());
            }
            boxes.add(new Box(account, inbox));
        });
        double perSecond = (boxes.size() - before) * MAILBOX * 1e9 / (System.nanoTime() - began);
        System.out.printf(Locale.ROOT, "%nmessages: %d%n", size);
        tell("filled, messages a second", "%.0f", perSecond);
        checkpoint();
        tell("a copy on the disk, MB", "%.0f", octets(leader().files()) / MEGA);
    }

    private static double octets(Map<String, Long> files) {
        return files.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The octets that were written to get from some files to others; a file only grows or is a new one. */
    static long written(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .mapToLong(file -> file.getValue() - before.getOrDefault(file.getKey(), 0L))
                .sum();
    }

    private void changes() throws IOException {
        Random chance = new Random(made.get());
        List<Box> chosen = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            chosen.add(boxes.get(chance.nextInt(boxes.size())));
        }
        times(CHANGES, CALLERS, (store, number) -> {
            Box box = chosen.get(number);
            if (number % 2 == 0) {
                store.append(box.account, box.id, List.of(message()));
            } else {
                flag(store, box, 1 + number % MAILBOX);
            }
        });
    }

    /** Sets a flag, or clears it if it was set. */
    private static void flag(MailStore store, Box box, long uid) {
        Flags flagged = Flags.of("\\Flagged");
        FlagChange set = new FlagChange(FlagChange.Kind.ADD, flagged);
        List<Long> uids = List.of(uid);
        if (store.flags(box.account, box.id, uids, set, OptionalLong.empty())
                .changed()
                .isEmpty()) {
            FlagChange clear = new FlagChange(FlagChange.Kind.REMOVE, flagged);
            store.flags(box.account, box.id, uids, clear, OptionalLong.empty());
        }
    }

    /** How long it takes until every copy has finished a checkpoint of what is there. */
    private double checkpoint() {
        List<Long> before = voters.stream().map(ShardVoter::checkpointed).toList();
        long began = System.nanoTime();
        leader().checkpoint();
        for (int i = 0; i < COPIES; i++) {
            ShardVoter voter = voters.get(i);
            long old = before.get(i);
            seconds("a checkpoint ends", LIMIT, () -> voter.checkpointed() > old);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private void checkpoints() throws IOException {
        List<Double> seconds = new ArrayList<>();
        List<Double> written = new ArrayList<>();
        for (int i = 0; i < checkpoints; i++) {
            Map<String, Long> before = leader().files();
            changes();
            seconds.add(checkpoint());
            written.add(written(before, leader().files()) / MEGA);
        }
        tell("a checkpoint behind 1,000 changes, s", "%.3f", Bench.median(seconds));
        tell("  the longest of " + checkpoints, "%.3f", Collections.max(seconds));
        tell("  written for it and them, MB", "%.2f", Bench.median(written));
        tell("  the most of " + checkpoints, "%.2f", Collections.max(written));
    }

    private void restarts() throws IOException {
        times(1, 1, (store, number) -> flag(store, boxes.getFirst(), 1));
        tell("a restart with a command to apply, s", "%.3f", restart());
        checkpoint();
        long first = leader().applied();
        List<Box> flagged = List.copyOf(boxes.subList(0, Math.min(boxes.size(), 10)));
        times(FLAGS, FLAGGERS, (store, number) -> {
            int place = number % FLAGGERS;
            flag(store, flagged.get(place % flagged.size()), 1 + place);
        });
        ShardVoter voter = voters.get(follower());
        double all = leader().applied() - first;
        double left = voter.applied() - Math.max(first, voter.checkpointed());
        tell("a restart with many to apply, s", "%.3f", restart());
        tell("  about so many were not checkpointed", "%.0f", FLAGS * left / all);
    }

    /** How long it takes a copy to be where it was. */
    private double restart() throws IOException {
        int number = follower();
        ShardVoter leader = leader();
        seconds("a copy follows", LIMIT, () -> voters.get(number).applied() >= leader.applied());
        voters.get(number).close();
        return back(number);
    }

    /** Opens a voter; how long it takes until that and its having applied all that the leader has. */
    private double back(int number) throws IOException {
        long wanted = leader().applied();
        long began = System.nanoTime();
        ShardVoter voter = new ShardVoter(folder, base, COPIES, number, config);
        voters.set(number, voter);
        seconds("a copy has all", LIMIT, () -> voter.applied() >= wanted);
        return (System.nanoTime() - began) / 1e9;
    }

    /** Whether a voter's log begins behind an entry. */
    private static boolean beginsBehind(ShardVoter voter, long entry) {
        try {
            return voter.first().orElse(0) > entry;
        } catch (IOException beingPurged) {
            return false;
        }
    }

    private void caughtUp(String how) throws IOException {
        int number = follower();
        ShardVoter away = voters.get(number);
        long had = away.applied();
        long logged = leader().logged();
        away.close();
        changes();
        double missed = leader().logged() - logged;
        if (how.endsWith("checkpoint")) {
            ShardVoter leader = leader();
            seconds("the log is purged", PURGE, () -> beginsBehind(leader, had));
        }
        double seconds = back(number);
        double sent = voters.get(number).sent();
        if ((sent > 0) != how.endsWith("checkpoint")) {
            throw new TryLater("the copy caught up otherwise than " + how);
        }
        tell("a catch-up of 1,000 changes " + how + ", s", "%.3f", seconds);
        tell("  sent of it " + how + ", MB", "%.2f", (sent > 0 ? sent : missed) / MEGA);
    }

    private void tell(String what, String form, double value) {
        String text = String.format(Locale.ROOT, form, value);
        System.out.printf("%-52s %12s%n", what, text);
        table.computeIfAbsent(what, absent -> new ArrayList<>()).add(text);
    }

    private void print() {
        System.out.printf("%n%-52s", "messages");
        sizes.forEach(size -> System.out.printf(" %12d", size));
        System.out.println();
        table.forEach((what, values) -> {
            System.out.printf("%-52s", what);
            values.forEach(value -> System.out.printf(" %12s", value));
            System.out.println();
        });
        System.out.println("changes that were made again because the leadership was lost: " + repeated);
    }
}

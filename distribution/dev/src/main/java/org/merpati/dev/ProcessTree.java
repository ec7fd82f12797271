package org.merpati.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Processes and their descendants as Linux counts them: their time on the processors, and their memory. */
final class ProcessTree {
    /** Clock ticks of /proc, which are of 10 ms on every Linux that we run on. */
    private static final long TICK_MICROS = 10_000;

    private static final Duration PATIENCE = Duration.ofMinutes(15);
    /** Longer than the index pauses between its turns. */
    private static final long LOOK_NANOS = 4_000_000_000L;
    /** A process that rests takes less of such a time, in microseconds: a tenth of a processor. */
    private static final long RESTING_MICROS = 400_000;

    /**
     * Where the time of a server goes, microseconds unless said otherwise.
     *
     * @param journal of all of it, what our journal's own threads took
     * @param index of all of it, what our full-text index took
     * @param nanos when this was so, on the monotonic clock
     */
    record Spent(long all, long journal, long index, long nanos) {
        /** What each of so many deeds since then cost. */
        Cost since(Spent before, long times) {
            double each = times;
            return new Cost(
                    (all - before.all) / each,
                    (journal - before.journal) / each,
                    (index - before.index) / each,
                    (nanos - before.nanos) / 1e6 / each);
        }
    }

    /**
     * What a deed costs.
     *
     * @param cpuMicros of it all
     * @param journalMicros of that, what our journal's own threads took
     * @param indexMicros of that, what our full-text index took
     * @param millis of time between one and the next
     */
    record Cost(double cpuMicros, double journalMicros, double indexMicros, double millis) {
        static final Cost NONE = new Cost(0, 0, 0, 0);

        /** What is neither the journal's nor the index's. */
        double restMicros() {
            return cpuMicros - journalMicros - indexMicros;
        }
    }

    private final List<ProcessHandle> roots;

    ProcessTree(long... pids) {
        roots = LongStream.of(pids).mapToObj(ProcessTree::process).toList();
    }

    private static ProcessHandle process(long pid) {
        return ProcessHandle.of(pid).orElseThrow(() -> new IllegalStateException("no process " + pid));
    }

    /** How many processes were named, without what they began. */
    int processes() {
        return roots.size();
    }

    private List<Long> pids() {
        return roots.stream()
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .map(ProcessHandle::pid)
                .toList();
    }

    /** The time on the processors, of children that have ended too, in microseconds. */
    long cpuMicros() {
        long ticks = 0;
        for (long pid : pids()) {
            String stat = read(pid, "stat");
            if (!stat.isEmpty()) {
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                for (int field = 11; field < 15; field++) {
                    ticks += Long.parseLong(fields[field]);
                }
            }
        }
        return ticks * TICK_MICROS;
    }

    /** Waits until the processes take next to none of the processors: what they do behind their answers is done. */
    void awaitRest() throws IOException {
        Await.until(() -> "process " + pids() + " rests", PATIENCE, () -> {
            long before = cpuMicros();
            LockSupport.parkNanos(LOOK_NANOS);
            return cpuMicros() - before <= RESTING_MICROS * processes();
        });
    }

    /** Where the time goes, as of now. */
    Spent spent() {
        return new Spent(
                cpuMicros(),
                cpuMicros(thread -> thread.contains("#")),
                cpuMicros(thread -> thread.startsWith("index-") || thread.startsWith("Lucene")),
                System.nanoTime());
    }

    /** What the compilers of JVMs took of the time, in microseconds. */
    long compilersMicros() {
        return cpuMicros(thread -> thread.startsWith("C1 Comp") || thread.startsWith("C2 Comp"));
    }

    /** The time on the processors of the threads that live and have such a name, in microseconds. */
    long cpuMicros(Predicate<String> name) {
        long ticks = 0;
        for (long pid : pids()) {
            try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
                for (Path thread : threads.toList()) {
                    String stat = read(pid, "task/" + thread.getFileName() + "/stat");
                    int end = stat.lastIndexOf(')');
                    if (end > 0 && name.test(stat.substring(stat.indexOf('(') + 1, end))) {
                        String[] fields = stat.substring(end + 2).split(" ", -1);
                        ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                    }
                }
            } catch (IOException ended) {
                // It has no threads any more.
            }
        }
        return ticks * TICK_MICROS;
    }

    /** What it has had written to disks, in octets. */
    long writtenOctets() {
        return sum("io", "write_bytes:");
    }

    /** The memory with its share of what is shared (PSS), in KB. */
    long pssKb() {
        return sum("smaps_rollup", "Pss:");
    }

    /** The sum of what the processes' files of a name say in the line that begins so. */
    private long sum(String file, String begin) {
        long sum = 0;
        for (long pid : pids()) {
            for (String line : read(pid, file).split("\n", -1)) {
                if (line.startsWith(begin)) {
                    sum += Long.parseLong(line.replaceAll("\\D+", ""));
                }
            }
        }
        return sum;
    }

    /** A process may have ended meanwhile. */
    private static String read(long pid, String name) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), name), StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }
}

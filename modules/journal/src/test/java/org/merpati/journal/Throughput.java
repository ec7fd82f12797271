package org.merpati.journal;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Prints how many commands of 10 KiB a second one and three voters in one process take. Run by hand. */
public final class Throughput {
    private static final long SECONDS = 5;

    private Throughput() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = System.out;
        for (int voters : new int[] {1, 3}) {
            Path folder = Files.createTempDirectory("throughput");
            JournalConfig config = JournalConfig.standard();
            try (RatisCluster cluster = new RatisCluster(folder, voters, config).startAll()) {
                Journal journal = cluster.journal(cluster.awaitLeader());
                run(journal, 8);
                for (int callers : new int[] {1, 8, 64}) {
                    long done = run(journal, callers);
                    out.printf("%d voters, %d callers: %d commands a second%n", voters, callers, done / SECONDS);
                }
            }
        }
        System.exit(0);
    }

    private static long run(Journal journal, int callers) throws InterruptedException {
        AtomicLong done = new AtomicLong();
        CountDownLatch left = new CountDownLatch(callers);
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        for (int i = 0; i < callers; i++) {
            byte[] command = ("put k" + i + " " + "x".repeat(10 * 1024)).getBytes(StandardCharsets.US_ASCII);
            Thread.ofVirtual().start(() -> {
                byte[] own = Arrays.copyOf(command, command.length);
                while (System.nanoTime() - end < 0) {
                    journal.submit(own);
                    done.incrementAndGet();
                }
                left.countDown();
            });
        }
        left.await();
        return done.get();
    }
}

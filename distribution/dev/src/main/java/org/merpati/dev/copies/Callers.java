package org.merpati.dev.copies;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Callers in a closed loop, each with a command of its own. */
final class Callers {
    private Callers() {}

    /**
     * Lets them call.
     *
     * @param submit returns when the command is safe on a majority of the copies
     * @return how many commands a second were done
     */
    static double run(int callers, int seconds, Consumer<byte[]> submit) throws InterruptedException {
        LongAdder done = new LongAdder();
        CountDownLatch left = new CountDownLatch(callers);
        long began = System.nanoTime();
        long end = began + seconds * 1_000_000_000L;
        byte[] command = new byte[Voter.COMMAND];
        new Random(7).nextBytes(command);
        for (int i = 0; i < callers; i++) {
            Thread.ofVirtual().start(() -> {
                byte[] own = Arrays.copyOf(command, command.length);
                try {
                    while (System.nanoTime() - end < 0) {
                        submit.accept(own);
                        done.increment();
                    }
                } finally {
                    left.countDown();
                }
            });
        }
        left.await();
        return done.sum() * 1e9 / (System.nanoTime() - began);
    }
}

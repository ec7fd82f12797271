package org.merpati.vault;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Takes a vault's checkpoints in the background, one after the other; behind one that failed there is none. */
final class Flusher {
    private final Path folder;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("vault-flush").factory());
    /** Those that the writer has not heard the end of, the newest last. */
    private final Deque<Future<?>> underWay = new ArrayDeque<>();

    private volatile Future<?> newest = CompletableFuture.completedFuture(null);
    private volatile boolean failed;

    Flusher(Path folder) {
        this.folder = folder;
    }

    /** Has a checkpoint taken behind those that are under way. */
    void begin(Vault.Step checkpoint) {
        Callable<Boolean> task = () -> {
            if (failed) {
                throw new IOException("the one before it failed");
            }
            failed = true;
            checkpoint.run();
            failed = false;
            return true;
        };
        newest = thread.submit(task);
        underWay.addLast(newest);
    }

    /**
     * Hears of those that have ended, and waits for others while there are too many.
     *
     * @throws IOException if one failed
     */
    void settle(BooleanSupplier tooMany) throws IOException {
        while (!underWay.isEmpty() && (underWay.getFirst().isDone() || tooMany.getAsBoolean())) {
            await(underWay.getFirst());
            underWay.removeFirst();
        }
    }

    /**
     * Waits for all that are under way; any thread may.
     *
     * @throws IOException if one failed
     */
    void finish() throws IOException {
        await(newest);
    }

    private void await(Future<?> checkpoint) throws IOException {
        try {
            checkpoint.get();
        } catch (ExecutionException e) {
            throw new IOException("a checkpoint of " + folder + " failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private IOException interrupted() {
        Thread.currentThread().interrupt();
        return new IOException("interrupted while a checkpoint of " + folder + " was under way");
    }

    /** Waits for all that are under way; what became of them does not matter to the state that comes. */
    void forget() throws IOException {
        try {
            newest.get();
        } catch (ExecutionException replaced) {
            newest = CompletableFuture.completedFuture(null);
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
        underWay.clear();
        failed = false;
    }

    /** Ends when those that are under way have ended. */
    void close() throws IOException {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(5, TimeUnit.MINUTES)) {
                throw new IOException("a checkpoint of " + folder + " did not end within 5 minutes");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

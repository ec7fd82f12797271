package org.merpati.filter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.merpati.kernel.TryLater;

/**
 * Has a message looked at from all sides at once. A side that takes too long, or fails, is left out and the report says
 * so; whether mail may pass that a guard did not see is the guard's own to say, in time.
 */
public final class Filter {
    private static final int AT_ONCE = 64;

    /** What one side found. */
    private record Part(List<Finding> findings, List<Objection> objections, Optional<Proof> proof) {
        static Part of(Proof proof) {
            return new Part(proof.findings(), List.of(), Optional.of(proof));
        }

        static Part of(List<Finding> findings) {
            return new Part(findings, List.of(), Optional.empty());
        }

        static Part of(Optional<Objection> objection) {
            return new Part(List.of(), objection.stream().toList(), Optional.empty());
        }
    }

    /** Looks at one side. */
    @FunctionalInterface
    private interface Side {
        Part look(Suspect suspect);
    }

    /** A side and what it is called where it fails. */
    private record Named(String name, Side side) {}

    private record Running(String name, FutureTask<Part> task) {}

    private final List<Named> sides;
    private final Duration limit;
    private final BiConsumer<String, RuntimeException> bugs;
    private final Semaphore slots;

    private Filter(Builder builder, Semaphore slots) {
        this.sides = List.copyOf(builder.sides);
        this.limit = builder.limit;
        this.bugs = builder.bugs;
        this.slots = slots;
    }

    /** Gathers what a filter looks at. */
    public static final class Builder {
        private final List<Named> sides = new ArrayList<>();
        private final Duration limit;
        private final BiConsumer<String, RuntimeException> bugs;

        /**
         * @param limit how long the whole may take
         * @param bugs told of what fails that should not, with the side's name
         */
        public Builder(Duration limit, BiConsumer<String, RuntimeException> bugs) {
            this.limit = limit;
            this.bugs = bugs;
        }

        /** Adds a check. */
        public Builder check(String name, Check check) {
            sides.add(new Named(name, suspect -> Part.of(check.check(suspect))));
            return this;
        }

        /** Adds a guard. */
        public Builder guard(String name, Guard guard) {
            sides.add(new Named(name, suspect -> Part.of(guard.object(suspect))));
            return this;
        }

        /** Adds who finds out what is proved. */
        public Builder prover(String name, Prover prover) {
            sides.add(new Named(name, suspect -> Part.of(prover.prove(suspect))));
            return this;
        }

        /** The filter. */
        public Filter build() {
            return new Filter(this, new Semaphore(AT_ONCE));
        }
    }

    /**
     * What is found in a message, within the limit.
     *
     * @throws TryLater if too many messages are being looked at
     */
    public Report report(Suspect suspect) {
        if (sides.isEmpty()) {
            return Report.EMPTY;
        }
        long began = System.nanoTime();
        try {
            if (!slots.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new TryLater("the filter has too much to do");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("this server is stopping");
        }
        try {
            return look(suspect, began);
        } finally {
            slots.release();
        }
    }

    private Report look(Suspect suspect, long began) {
        List<Running> all = new ArrayList<>();
        for (Named side : sides) {
            FutureTask<Part> task = new FutureTask<>(() -> side.side().look(suspect));
            Thread.ofVirtual().name("filter-" + side.name()).start(task);
            all.add(new Running(side.name(), task));
        }
        List<Finding> findings = new ArrayList<>();
        List<Objection> objections = new ArrayList<>();
        Proof proof = Proof.NONE;
        long end = System.nanoTime() + limit.toNanos();
        for (Running running : all) {
            Part part = await(running, end);
            findings.addAll(part.findings());
            objections.addAll(part.objections());
            proof = part.proof().orElse(proof);
        }
        return new Report(findings, objections, proof, (System.nanoTime() - began) / 1_000_000);
    }

    private Part await(Running running, long end) {
        String name = running.name().toUpperCase(Locale.ROOT);
        try {
            return running.task().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            running.task().cancel(true);
            return unseen(name, "took longer than " + limit.toMillis() + " ms and was left out");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("this server is stopping");
        } catch (ExecutionException failed) {
            RuntimeException bug = failed.getCause() instanceof RuntimeException unexpected
                    ? unexpected
                    : new IllegalStateException(failed.getCause());
            bugs.accept("filter " + running.name(), bug);
            return unseen(name, "failed and was left out");
        }
    }

    private static Part unseen(String name, String what) {
        return Part.of(List.of(new Finding("NOT_CHECKED_" + name, 0, "the check '" + name + "' " + what)));
    }
}

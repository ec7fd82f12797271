package org.merpati.filter.dns;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Name servers, as far as the filter asks them. */
@FunctionalInterface
public interface Dns {
    /** What is asked for. */
    enum Kind {
        A,
        AAAA,
        TXT,
        MX,
        PTR
    }

    /** What is asked. */
    record Question(String name, Kind kind) {}

    /** What came of a question. */
    enum State {
        FOUND,
        /** There is no such name, or nothing of that kind. */
        NONE,
        /** Nobody answered, or not well. */
        FAILED
    }

    /**
     * An answer.
     *
     * @param values addresses, texts, or host names without a dot at the end (of MX by preference)
     */
    record Answer(State state, List<String> values) {
        static final Answer NOTHING = new Answer(State.NONE, List.of());

        /** Nobody answered. */
        public static final Answer FAILURE = new Answer(State.FAILED, List.of());

        public Answer {
            values = List.copyOf(values);
        }

        /** Whether nobody answered. */
        public boolean failed() {
            return state == State.FAILED;
        }
    }

    /** Asks; the future never fails, and is done within a limit of the form's own. */
    CompletableFuture<Answer> ask(Question question);

    /** Asks and waits; what is not answered in time counts as failed. */
    default Answer await(String name, Kind kind, Duration limit) {
        CompletableFuture<Answer> asked = ask(new Question(name, kind));
        try {
            return asked.get(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException late) {
            return Answer.FAILURE;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Answer.FAILURE;
        }
    }
}

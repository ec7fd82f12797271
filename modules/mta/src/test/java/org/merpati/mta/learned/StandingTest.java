package org.merpati.mta.learned;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.merpati.filter.Action;
import org.merpati.filter.Finding;
import org.merpati.filter.Objection;
import org.merpati.filter.Proof;
import org.merpati.filter.Report;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Opinion;
import org.merpati.filter.reputation.Origins;
import org.merpati.filter.reputation.Reputations;
import org.merpati.filter.waves.Sighting;
import org.merpati.kernel.Clock;
import org.merpati.kernel.TryLater;

class StandingTest {
    private static final Origins ANI = new Origins(List.of("192.0.2.0/24", "example.com", "ani@example.com"));
    private static final Duration NEVER = Duration.ofHours(1);

    /** What is told to all, which may be away at first. */
    private static final class Told implements Knowledge {
        private final Reputations reputations = new Reputations();
        private final CountDownLatch refused;
        private final CountDownLatch taken = new CountDownLatch(1);
        private int changes;

        Told(int refusals) {
            refused = new CountDownLatch(refusals);
        }

        @Override
        public synchronized Opinion opinion(long origin, int today) {
            return reputations.opinion(origin, today);
        }

        @Override
        public synchronized void experienced(List<Experience> experiences, int today) {
            if (refused.getCount() > 0) {
                refused.countDown();
                throw new TryLater("the directory has no leader");
            }
            reputations.take(experiences, today);
            changes++;
            taken.countDown();
        }

        @Override
        public Counts words(long[] tokens) {
            return new Counts(0, 0, new int[tokens.length], new int[tokens.length]);
        }

        @Override
        public int wave(long[] sketch, int today) {
            return 0;
        }

        @Override
        public int lastLetter(long pair) {
            return 0;
        }

        @Override
        public void wrote(List<Long> pairs, int day) {}

        @Override
        public void report(Sighting sighting) {}
    }

    private static Report report(double score) {
        return new Report(List.of(new Finding("TEST", score, "because")), List.of(), Proof.NONE, 1);
    }

    private static Opinion ani(Knowledge told) {
        return told.opinion(
                Origins.key("ani@example.com"), Clock.day(Clock.system().millis()));
    }

    @Test
    void theFilterSaysWhatAMessageWasAndNothingWhereItIsUndecided() {
        Told told = new Told(0);
        try (Standing standing = new Standing(told, Clock.system(), NEVER)) {
            standing.note(ANI, report(7));
            standing.note(ANI, report(5));
            standing.note(ANI, report(3));
            standing.note(ANI, report(1));
            Objection virus = new Objection(Action.REJECT, new Finding("VIRUS", 0, "it holds a virus"));
            standing.note(ANI, new Report(List.of(), List.of(virus), Proof.NONE, 1));
            standing.note(Origins.NONE, report(9));
            assertThat(ani(told)).as("not told yet").isEqualTo(Opinion.NONE);
        }
        assertThat(ani(told)).as("told at the end").isEqualTo(new Opinion(1, 3));
        assertThat(told.changes).isEqualTo(1);
    }

    @Test
    void whatCannotBeToldIsToldLater() throws InterruptedException {
        Told told = new Told(3);
        try (Standing standing = new Standing(told, Clock.system(), Duration.ofMillis(20))) {
            for (int i = 0; i < 20; i++) {
                standing.note(ANI, report(9));
            }
            assertThat(told.taken.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(ani(told)).isEqualTo(new Opinion(0, 20));
            assertThat(standing.findings(ANI))
                    .extracting(Finding::symbol)
                    .containsExactly("NETWORK_REPUTATION", "SENDER_REPUTATION");
            assertThat(standing.findings(Origins.NONE)).isEmpty();
        }
    }

    @Test
    void muchIsToldAtOnce() throws InterruptedException {
        Told told = new Told(0);
        List<Origins> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(new Origins(List.of("site" + i + ".example")));
        }
        try (Standing standing = new Standing(told, Clock.system(), NEVER)) {
            many.forEach(origins -> standing.note(origins, report(0)));
            assertThat(told.taken.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(told.reputations.size()).isEqualTo(500);
    }
}

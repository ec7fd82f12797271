package org.merpati.filter.bayes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspects;

class BayesTest {
    /** So many tokens seen in so many messages of each kind, of a thousand that were learned. */
    private static Counts counts(int tokens, int ham, int spam) {
        int[] hams = new int[tokens];
        int[] spams = new int[tokens];
        Arrays.fill(hams, ham);
        Arrays.fill(spams, spam);
        return new Counts(1_000, 1_000, hams, spams);
    }

    private static Counts and(Counts one, Counts other) {
        return new Counts(
                one.hams(),
                one.spams(),
                IntStream.concat(Arrays.stream(one.ham()), Arrays.stream(other.ham()))
                        .toArray(),
                IntStream.concat(Arrays.stream(one.spam()), Arrays.stream(other.spam()))
                        .toArray());
    }

    private static Finding finding(Counts counts) throws IOException {
        TokenCounts known = (scope, tokens) -> counts;
        return new Bayes(known)
                .check(Suspects.of("", "", "Subject: x\r\n\r\nx\r\n"))
                .getFirst();
    }

    @Test
    void itSaysNothingBeforeEnoughOfEachKindWasLearned() throws IOException {
        TokenCounts few = (scope, tokens) -> new Counts(199, 5_000, new int[tokens.length], new int[tokens.length]);
        assertThat(new Bayes(few).check(Suspects.of("", "", "Subject: x\r\n\r\nx\r\n")))
                .isEmpty();
    }

    @Test
    void whatIsUnknownIsDoubtedAndNeverSpamByItself() throws IOException {
        for (Counts unknown : List.of(counts(0, 0, 0), counts(40, 0, 0), counts(300, 50, 50))) {
            assertThat(finding(unknown).symbol()).isEqualTo("BAYES_86");
            assertThat(finding(unknown).score()).isBetween(2.0, 3.0);
        }
    }

    @Test
    void moreOfOneKindWeighsMoreHoweverSureTheOtherIs() {
        double even = Bayes.odds(and(counts(100, 500, 0), counts(100, 0, 500)));
        assertThat(even).isCloseTo(Bayes.odds(counts(0, 0, 0)), within(1e-9));
        assertThat(Bayes.odds(and(counts(90, 500, 0), counts(110, 0, 500)))).isGreaterThan(even + 1);
        assertThat(Bayes.odds(and(counts(110, 500, 0), counts(90, 0, 500)))).isLessThan(even - 1);
    }

    @Test
    void noNumberOfWordsOutweighsAllRules() throws IOException {
        assertThat(finding(counts(4_000, 0, 1_000)))
                .extracting(Finding::symbol, Finding::score)
                .containsExactly("BAYES_99", 6.5);
        assertThat(finding(counts(4_000, 1_000, 0)))
                .extracting(Finding::symbol, Finding::score)
                .containsExactly("BAYES_00", -5.0);
    }
}

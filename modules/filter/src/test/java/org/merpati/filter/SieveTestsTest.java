package org.merpati.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SieveTestsTest {
    @ParameterizedTest
    @CsvSource({
        "deliver, -2, 5, '', 1, 0, 0",
        "deliver, 0, 5, A, 1, 0, 0",
        "deliver, 2.5, 5, VIRUS_NONE, 3, 25, 1",
        "deliver, 4.9, 5, 'A,VIRUS_NONE,B', 5, 49, 1",
        "junk, 5, 5, VIRUS_UNSCANNED, 6, 50, 0",
        "junk, 7.5, 5, '', 8, 75, 0",
        "quarantine, 40, 5, '', 10, 100, 0",
        "tag, 6.6, 6.6, '', 6, 50, 0",
        "quarantine, 1, 5, VIRUS, 2, 10, 5",
        "quarantine, 1, 5, '', 10, 100, 0",
        "deliver, 9, 5, '', 1, 0, 0",
        "deliver, 4, 9999, '', 5, 40, 0",
        "junk, -0.5, -1, '', 6, 50, 0",
        "junk, 3, 0, '', 10, 100, 0"
    })
    void aJudgementHasANumberForSieve(
            String action, double score, double required, String tests, int spam, int percent, int virus) {
        Judgement judgement = new Judgement(Action.parse(action), score, required, "");
        assertThat(SieveTests.of(judgement, tests)).isEqualTo(new SieveTests(spam, percent, virus));
    }
}

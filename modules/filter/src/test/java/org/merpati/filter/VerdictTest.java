package org.merpati.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.filter.lists.Origin;
import org.merpati.filter.reputation.Origins;
import org.merpati.kernel.Malformed;

class VerdictTest {
    private static final String TEXT = "From: x@example.org\r\nSubject: hello\r\n\r\nbody\r\n";

    @ParameterizedTest
    @CsvSource({
        "default, 4.9, deliver",
        "default, 5, junk",
        "default, 14.999, junk",
        "default, 15, reject",
        "zimbra, 6.5, deliver",
        "zimbra, 6.6, junk",
        "zimbra, 15, reject",
        "tag=3 junk=none, 20, tag",
        "junk=5 quarantine=9, 9, quarantine",
        "reject=5, 4, deliver",
        "reject=5, 5, reject",
        "tag=-2.5, -2.5, tag",
    })
    void aScoreMeansWhatThePolicySays(String policy, double score, String action) {
        assertThat(Policy.parse(policy).action(score).text()).isEqualTo(action);
    }

    @Test
    void aNarrowPolicyLeavesTheRestToAWideOne() {
        Policy both = Policy.parse("junk=8").within(Policy.parse("tag=2 junk=4 reject=none"));
        assertThat(both).hasToString("tag=2 junk=8 reject=none");
        assertThat(Policy.parse(both.toString())).isEqualTo(both);
        assertThat(both.required()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "junk", "junk=", "junk=x", "deliver=3", "defer=1", "junk=1e3", "junk=99999", "x=1"})
    void whatIsNoPolicyIsRefused(String text) {
        assertThatThrownBy(() -> Policy.parse(text)).isInstanceOf(Malformed.class);
    }

    private static Report report(double score) {
        return new Report(List.of(new Finding("TEST", score, "because")), List.of(), Proof.NONE, 1);
    }

    private static Judgement judged(Report report, String... lines) throws IOException {
        Origin origin = Origin.of(Suspects.of("192.0.2.1", "x@example.org", TEXT), report.proof());
        return Judgement.of(report, origin, List.of(Preferences.of(List.of(lines))));
    }

    @Test
    void anObjectionIsStrongerThanAListAndAListThanTheScore() throws IOException {
        assertThat(judged(report(20)).action()).isEqualTo(Action.REJECT);
        assertThat(judged(report(20), "allow example.org unproved").action()).isEqualTo(Action.DELIVER);
        assertThat(judged(report(0), "deny example.org").action()).isEqualTo(Action.REJECT);
        Report virus = new Report(
                List.of(),
                List.of(new Objection(Action.REJECT, new Finding("VIRUS", 0, "it holds a virus"))),
                Proof.NONE,
                1);
        Judgement judgement = judged(virus, "allow example.org unproved");
        assertThat(judgement.action()).isEqualTo(Action.REJECT);
        assertThat(judgement.why()).isEqualTo("it holds a virus");
    }

    @Test
    void aLineThatIsNotUnderstoodHasNoEffect() throws IOException {
        assertThat(judged(report(6), "policy junk=oops", "allow ???", "new-thing 7")
                        .action())
                .isEqualTo(Action.JUNK);
        assertThat(judged(report(6), "policy junk=oops", "policy junk=7 tag=7").action())
                .isEqualTo(Action.DELIVER);
    }

    @Test
    void dataIsRefusedOnlyIfAllRefuse() throws IOException {
        Judgement refuses = judged(report(20));
        Judgement takes = judged(report(20), "policy reject=none");
        assertThat(new Verdict(report(20), Origins.NONE, List.of(refuses, refuses)).refused())
                .isTrue();
        Verdict mixed = new Verdict(report(20), Origins.NONE, List.of(refuses, takes));
        assertThat(mixed.refused()).isFalse();
        assertThat(mixed.accepted().each())
                .extracting(Judgement::action)
                .containsExactly(Action.QUARANTINE, Action.JUNK);
        assertThat(new Verdict(report(20), Origins.NONE, List.of(takes)).ours().each())
                .extracting(Judgement::action)
                .containsExactly(Action.DELIVER);
        assertThat(new Verdict(report(0), Origins.NONE, List.of()).refused()).isFalse();
    }

    @Test
    void aJudgementTravelsAsText() throws IOException {
        Judgement judgement = judged(report(7.25));
        Judgement read = Judgement.parse(judgement.text());
        assertThat(judgement.text()).isEqualTo("junk:7.3:5.0");
        assertThat(read.action()).isEqualTo(Action.JUNK);
        assertThat(read.fields("A,B")).isEqualTo("""
                        X-Spam-Flag: YES
                        X-Spam-Status: Yes, score=7.3 required=5.0
                        \ttests=A,B
                        X-Spam-Test: spam=8 percent=73 virus=0
                        """.replace("\n", "\r\n"));
        assertThat(Judgement.NONE.fields("")).startsWith("X-Spam-Status: No, score=0.0 required=9999.0\r\n");
        String many = "ABCDEFGHIJKLMNOP,".repeat(40) + "Z";
        assertThat(read.fields(many).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(78));
        assertThat(read.fields(many).replaceAll("\\s", "")).contains(many);
        for (String wrong : new String[] {"", "junk", "junk:1:2", "bin:1.0:2.0", "junk:1.0:2.0:3"}) {
            assertThatThrownBy(() -> Judgement.parse(wrong)).isInstanceOf(Malformed.class);
        }
    }

    @Test
    void checksRunAtTheSameTimeAndALateOneIsLeftOut() throws IOException {
        CountDownLatch both = new CountDownLatch(2);
        List<String> bugs = new ArrayList<>();
        Check meets = suspect -> {
            both.countDown();
            return await(both) ? List.of(new Finding("MET", 1, "they met")) : List.of();
        };
        Filter filter = new Filter.Builder(Duration.ofMillis(500), (name, bug) -> bugs.add(name))
                .check("one", meets)
                .check("two", meets)
                .check("late", suspect -> {
                    await(new CountDownLatch(1));
                    return List.of();
                })
                .check("broken", suspect -> {
                    throw new IllegalStateException("a bug");
                })
                .build();
        Report report = filter.report(Suspects.of("", "", TEXT));
        assertThat(report.tests()).isEqualTo("MET,NOT_CHECKED_BROKEN,NOT_CHECKED_LATE");
        assertThat(report.score()).isEqualTo(2);
        assertThat(bugs).containsExactly("filter broken");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(5, java.util.concurrent.TimeUnit.SECONDS);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void theReportIsPlainTextOfBoundedLength() {
        List<Finding> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(new Finding("S" + i, i, "why\r\nInjected: field \u00e9" + "x".repeat(1000)));
        }
        Report report = new Report(many, List.of(), Proof.NONE, 1);
        assertThat(report.fields()).hasSizeLessThan(25_000).doesNotContain("\r\nInjected");
        assertThat(report.fields().lines().skip(2))
                .allSatisfy(line -> assertThat(line).startsWith("\t* "));
        assertThat(report.lines().getFirst()).startsWith("499.0 S499 why?Injected: field ?x");
        assertThat(report.tests().length()).isLessThan(1000);
    }
}

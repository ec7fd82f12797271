package org.merpati.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fast")
class FilterBenchTest {
    private static FilterFigures.Judged judged(boolean spam, double score) {
        return new FilterFigures.Judged(spam, score, score >= 5);
    }

    @Test
    void figuresAreWhatTheySay() {
        FilterFigures figures = new FilterFigures(List.of(
                judged(true, 9),
                judged(true, 6),
                judged(true, 3),
                judged(true, 1),
                judged(false, 6),
                judged(false, 1),
                judged(false, 0),
                judged(false, -4)));
        assertThat(figures.recall()).isEqualTo(50);
        assertThat(figures.falsePositives()).isEqualTo(25);
        assertThat(figures.precision()).isEqualTo(100 * 2 / 3.0, within(1e-9));
        assertThat(figures.recallAt(0.001)).isEqualTo(25);
        assertThat(figures.recallAt(0.25)).isEqualTo(75);
        // Of 16 pairs 9 beats four, 6 three and a tie, 3 three, 1 two and a tie.
        assertThat(figures.missedArea()).isEqualTo(1 - 13 / 16.0, within(1e-9));
        double[][] ranges = figures.intervals(figures, 5);
        assertThat(ranges[0][0]).isLessThanOrEqualTo(ranges[0][1]);
        assertThat(ranges[2]).containsExactly(0, 0);
    }

    @Test
    void whatWouldGiveAMessageAwayIsTakenOut() {
        String raw = """
                From someone Mon Jun  2
                Received: by x for <yyyy@example.com>
                X-Spam-Status: No,
                \thits=0
                Status: RO
                Subject: hi

                Dear zzzz-list, X-Spam-Status: No
                """;
        assertThat(new String(
                        FilterCorpus.cleaned(raw.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.ISO_8859_1))
                .isEqualTo("""
                        Received: by x for <jm@example.com>
                        Subject: hi

                        Dear jm-list, X-Spam-Status: No
                        """);
    }

    @Test
    void theEarlierPartOfAGroupIsLearnedFrom(@TempDir Path folder) throws IOException {
        StringBuilder list = new StringBuilder("# digest\tlabel\tgroup\tutc\tpath\n");
        for (int i = 0; i < 10; i++) {
            Path file = folder.resolve("set/g/" + i);
            Files.createDirectories(folder.resolve("set/g"));
            Files.writeString(file, "Subject: " + i + "\n\n");
            list.append("d\tspam\tg\t")
                    .append(100 - i)
                    .append("\tset/g/")
                    .append(i)
                    .append('\n');
        }
        FilterCorpus corpus = new FilterCorpus();
        corpus.add(folder, Files.writeString(folder.resolve("list"), list));
        assertThat(corpus.train).hasSize(7);
        assertThat(corpus.test)
                .extracting(one -> one.path().getFileName().toString())
                .containsExactly("2", "1", "0");
    }
}

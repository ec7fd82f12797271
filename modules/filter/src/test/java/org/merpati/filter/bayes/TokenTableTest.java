package org.merpati.filter.bayes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

@Tag("fast")
class TokenTableTest {
    private static final long DAY = 86_400_000L;

    private static byte[] form(TokenTable table) {
        BinaryWriter to = new BinaryWriter();
        table.write(to);
        return to.toByteArray();
    }

    @Test
    void aLessonCountsOnceAndCanBeTakenBack() {
        TokenTable table = new TokenTable();
        long[] tokens = {1, 2, 3};
        byte[] before = form(table);
        assertThat(table.learn(new Lesson(7, Mark.SPAM, tokens, DAY))).isTrue();
        assertThat(table.learn(new Lesson(7, Mark.SPAM, tokens, DAY))).isFalse();
        Counts spam = table.counts(new long[] {2, 9});
        assertThat(spam.spams()).isEqualTo(1);
        assertThat(spam.spam()).containsExactly(1, 0);
        assertThat(table.learn(new Lesson(7, Mark.HAM, tokens, DAY))).isTrue();
        Counts ham = table.counts(new long[] {2});
        assertThat(ham.hams()).isEqualTo(1);
        assertThat(ham.spams()).isZero();
        assertThat(ham.ham()).containsExactly(1);
        assertThat(ham.spam()).containsExactly(0);
        assertThat(table.learn(new Lesson(7, Mark.NONE, tokens, DAY))).isTrue();
        assertThat(table.counts(new long[] {2}).hams()).isZero();
        assertThat(before).isNotEmpty();
    }

    @Test
    void theSameLessonsMakeTheSameTableAlsoAcrossARestart() {
        Random random = new Random(1);
        TokenTable one = new TokenTable(10_000);
        TokenTable other = new TokenTable(10_000);
        for (int i = 0; i < 200; i++) {
            long[] tokens = random.longs(200).distinct().sorted().toArray();
            Lesson lesson =
                    new Lesson(random.nextLong(), i % 2 == 0 ? Mark.HAM : Mark.SPAM, tokens, DAY * (i / 10 + 1));
            one.learn(lesson);
            other.learn(lesson);
            if (i == 100) {
                other = TokenTable.read(new BinaryReader(form(other)), 10_000);
            }
        }
        assertThat(one.size()).isLessThanOrEqualTo(10_000);
        assertThat(form(one)).isEqualTo(form(other));
    }

    @Test
    void aFileThatIsDamagedIsRefused(@TempDir Path folder) throws IOException {
        FileCounts counts = new FileCounts(folder);
        counts.learn(Scope.GLOBAL, new Lesson(1, Mark.HAM, new long[] {5}, DAY));
        counts.save();
        assertThat(new FileCounts(folder).counts(Scope.GLOBAL, new long[] {5}).ham())
                .containsExactly(1);
        Path file = folder.resolve("bayes.counts");
        byte[] octets = Files.readAllBytes(file);
        octets[octets.length / 2] ^= 1;
        Files.write(file, octets);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> new FileCounts(folder).counts(Scope.GLOBAL, new long[] {5}))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("bayes.counts");
    }
}

package org.merpati.filter.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Malformed;

@Tag("fast")
class RegexTest {
    private static boolean finds(String expression, String modifiers, String text) {
        return Regex.of(expression, modifiers).find(text, new Steps());
    }

    @Test
    void perlsFormsMeanWhatTheyMeanInPerl() {
        assertThat(finds("\\bfoo\\b", "", "a foo!")).isTrue();
        assertThat(finds("\\bfoo\\b", "", "a food")).isFalse();
        assertThat(finds("^b$", "m", "a\nb\nc")).isTrue();
        assertThat(finds("^b$", "", "a\nb\nc")).isFalse();
        assertThat(finds("c$", "", "a\nc\n")).isTrue();
        assertThat(finds("a.c", "", "a\nc")).isFalse();
        assertThat(finds("a.c", "s", "a\nc")).isTrue();
        assertThat(finds("a b # words\n c", "x", "abc")).isTrue();
        assertThat(finds("[[:alpha:]&&[b]", "", "&")).isTrue();
        assertThat(finds("\\223[\\b]", "", "\u0093\b")).isTrue();
        assertThat(finds("\u00e9", "i", "\u00c9")).isTrue();
        assertThat(finds("(?i:A)B", "", "aB")).isTrue();
        assertThat(finds("(?i:A)B", "", "ab")).isFalse();
        assertThat(finds("(\\w+) \\1", "", "say it it")).isTrue();
        assertThat(finds("(?<a_b>x)\\k<a_b>", "", "xx")).isTrue();
        assertThat(finds("x(?!y)", "", "xyxz")).isTrue();
        assertThat(finds("x(?!y)", "", "xy")).isFalse();
        assertThat(finds("a{2,3}b", "", "ab")).isFalse();
        assertThat(finds("a{,3}", "", "a{,3}")).isTrue();
    }

    @Test
    void whatIsBrokenIsRefusedWithAReason() {
        for (String broken : List.of("(", "[a", "a)", "*", "\\p{L}", "(?z)", "\\2(a)", "x{9,2}", "\\")) {
            assertThatThrownBy(() -> Regex.of(broken, "")).isInstanceOf(Malformed.class);
        }
    }

    @Test
    void theMachineAgreesWithJava() {
        Random random = new Random(42);
        String[] atoms = {"a", "b", "[ab]", ".", "\\b", "\\w", "(?:ab|b)", "a?", "(?:a|b)*", "b{2,4}", "^", "$", "c"};
        for (int i = 0; i < 3_000; i++) {
            StringBuilder expression = new StringBuilder();
            for (int n = 1 + random.nextInt(5); n > 0; n--) {
                expression.append(atoms[random.nextInt(atoms.length)]);
            }
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append("abc \n".charAt(random.nextInt(5)));
            }
            boolean java = Pattern.compile(expression.toString().replace("$", "(?=\\n?\\z)"), Pattern.UNIX_LINES)
                    .matcher(text)
                    .find();
            assertThat(finds(expression.toString(), "", text.toString()))
                    .as("/%s/ on '%s'", expression, text)
                    .isEqualTo(java);
        }
    }

    @Test
    void anEvilExpressionIsEnded() {
        Steps steps = new Steps();
        boolean found = Regex.of("(?=a)(a+)+\\1$", "").find("a".repeat(200) + "!", steps);
        assertThat(found).isFalse();
        assertThat(steps.exceeded()).isTrue();
    }

    @Test
    void oneOfTheTextsThatAreNeededIsInEveryMatch() {
        assertThat(Regex.of("(?:cheap|Free) [vV]iagra\\d+", "").literals(3))
                .hasValueSatisfying(
                        texts -> assertThat(texts).containsExactlyInAnyOrder("cheap viagra", "free viagra"));
        assertThat(Regex.of("a|\\W", "").literals(1)).isEmpty();
        assertThat(Regex.of("x?yes*", "").literals(2)).isPresent();
    }
}

package org.merpati.filter.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.merpati.kernel.Malformed;

@Tag("fast")
class RegexTest {
    private static final List<String> ATOMS =
            List.of("a", "b", "[ab]", ".", "\\b", "\\w", "(?:ab|b)", "a?", "(?:a|b)*", "b{2,4}", "^", "$", "c");

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
        for (int i = 0; i < 3_000; i++) {
            String expression = expression(random, ATOMS);
            String text = text(random, 12);
            boolean java = Pattern.compile(expression.replace("$", "(?=\\n?\\z)"), Pattern.UNIX_LINES)
                    .matcher(text)
                    .find();
            assertThat(finds(expression, "", text))
                    .as("/%s/ on '%s'", expression, text)
                    .isEqualTo(java);
        }
    }

    private static String expression(Random random, List<String> atoms) {
        StringBuilder expression = new StringBuilder();
        for (int n = 1 + random.nextInt(6); n > 0; n--) {
            expression.append(atoms.get(random.nextInt(atoms.size())));
        }
        return expression.toString();
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(length); n > 0; n--) {
            text.append("abc \n".charAt(random.nextInt(5)));
        }
        return text.toString();
    }

    @Test
    void whatMatchesPassesTheSieveAndLessWorkMatchesTheSame() {
        Random random = new Random(43);
        List<String> atoms = new ArrayList<>(ATOMS);
        atoms.addAll(List.of("(a|b)+c", "(?=b)", "(?!c)", "[^\\n]+\\n+", "a{2}", "(?:(?:ab|ca)|b.){1,2}", "\\s*\\S"));
        Fragments fragments = new Fragments();
        for (int i = 0; i < 5_000; i++) {
            String expression = expression(random, atoms);
            String text = text(random, 30);
            boolean java = Pattern.compile(expression.replace("$", "(?=\\n?\\z)"), Pattern.UNIX_LINES)
                    .matcher(text)
                    .find();
            Tree tree = PerlReader.read(expression, "", fragments);
            Tree possessive = Possessive.of(tree);
            assertThat(Pattern.compile(JavaWriter.write(possessive, Map.of()))
                            .matcher(text)
                            .find())
                    .as("/%s/ on '%s'", expression, text)
                    .isEqualTo(java);
            boolean[] hit = new boolean[1];
            Sieve.of(List.of(Windows.of(tree))).search(text, row -> hit[0] = true);
            assertThat(hit[0] || !java || text.isEmpty())
                    .as("/%s/ passes on '%s'", expression, text)
                    .isTrue();
            for (Graph.Detail detail : Graph.Detail.values()) {
                Machine machine = new Machine(Graph.of(tree, detail).orElseThrow());
                assertThat(machine.accepts(text) == Machine.Answer.YES || !java)
                        .as("/%s/ %s on '%s'", expression, detail, text)
                        .isTrue();
            }
        }
    }

    @Test
    void whatManyHaveInCommonIsReadOnce() {
        Fragments fragments = new Fragments();
        String letter = "(?:[aA4@]|\\xc3[\\xa0-\\xa5]|[)(\\]]x)";
        Tree once = PerlReader.read(letter + "b" + letter, "i", fragments);
        Tree again = PerlReader.read("x" + letter, "i", fragments);
        Tree other = PerlReader.read("x" + letter, "", fragments);
        Tree common = ((Tree.Sequence) once).parts().getFirst();
        assertThat(common).isInstanceOf(Tree.Common.class);
        assertThat(((Tree.Sequence) once).parts().get(2)).isSameAs(common);
        assertThat(((Tree.Sequence) again).parts().get(1)).isSameAs(common);
        assertThat(((Tree.Sequence) other).parts().get(1)).isNotSameAs(common);
        assertThat(finds("(x)(?:(y|z)aaaaaaaaaaaa)(?:(y|z)aaaaaaaaaaaa)\\3", "", "xyaaaaaaaaaaaazaaaaaaaaaaaaz"))
                .isTrue();
    }

    @Test
    void rareRowsOfOctetsAreLookedFor() {
        Windows windows = Windows.of(PerlReader.read("\\b(?!viagra)[vu\\\\][i1!][a4@]gr[a4@]", "i", new Fragments()));
        assertThat(windows.useful()).isTrue();
        boolean[] hit = new boolean[1];
        Sieve sieve = Sieve.of(List.of(windows));
        sieve.search("buy some vegetables and vinegar, or a viaduct", row -> hit[0] = true);
        assertThat(hit[0]).isFalse();
        sieve.search("buy V1AGRA", row -> hit[0] = true);
        assertThat(hit[0]).isTrue();
        assertThat(Windows.of(PerlReader.read("e", "", new Fragments())).useful())
                .isFalse();
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

package org.merpati.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of the shape catches a bad source and lets a good one pass. */
@Tag("fast")
class TidyRulesTest {
    private static final String MAIN = "modules/x/src/main/java/x/";
    private static final String GOOD = """
            package x;

            /** A thing. */
            public final class Thing {
                private static final String WORDS = "TODO // previously /* XXX";

                // The AIR of "AImless" words; what "refers" to a factor.
                String get() {
                    return WORDS;
                }
            }
            """;

    static Stream<Arguments> bad() {
        return Stream.of(
                Arguments.of("method-length", "Thing.java", inThing("void m() {\n" + "int i;\n".repeat(59) + "}")),
                Arguments.of("file-length", "Thing.java", inThing("\n".repeat(499))),
                Arguments.of("line-length", "Thing.java", inThing("int i; //" + " x".repeat(56))),
                Arguments.of("one-type", "Thing.java", inThing("") + "final class Other {}\n"),
                Arguments.of("type-name", "Thing.java", inThing("static class MailUtils {}")),
                Arguments.of("type-name", "Thing.java", inThing("interface MailHelper {}")),
                Arguments.of("type-name", "Thing.java", inThing("record SpoolManager() {}")),
                Arguments.of("type-name", "Thing.java", inThing("class SpoolImpl {}")),
                Arguments.of("type-name", "Thing.java", inThing("class SpoolBase {}")),
                Arguments.of("type-name", "Thing.java", inThing("class AbstractSpool {}")),
                Arguments.of("get-prefix", "Thing.java", inThing("int getSize() { return 1; }")),
                Arguments.of("unfinished", "Thing.java", inThing("// TODO: more")),
                Arguments.of("unfinished", "Thing.java", inThing("/* FIXME */ /** XXX */")),
                Arguments.of("history", "Thing.java", inThing("// This was previously a map.")),
                Arguments.of("history", "Thing.java", inThing("/* made by an AI */")),
                Arguments.of("sleep", "Thing.java", inThing("void m() throws Exception { Thread.sleep(1); }")),
                Arguments.of("javadoc", "Thing.java", "package x;\npublic class Thing {}\n"),
                Arguments.of("javadoc", "Thing.java", "package x;\n/** @see Other */\npublic class Thing {}\n"),
                Arguments.of("javadoc", "Thing.java", inThing("public enum Kind { A }")),
                Arguments.of("package-info", "package-info.java", "/** A sentence. */\npackage x;\n"),
                Arguments.of("package-info", "package-info.java", "@NullMarked\npackage x;\n"));
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("bad")
    void badSourceIsCaught(String rule, String file, String text) {
        Source source = Source.parse(MAIN + file, text);
        assertThat(TidyTest.RULES.stream().flatMap(each -> each.check(source).stream()))
                .extracting(Finding::rule)
                .contains(rule)
                .containsOnly(rule);
    }

    @Test
    void goodSourcePasses() {
        List<Source> sources = List.of(
                Source.parse(MAIN + "Thing.java", GOOD),
                Source.parse(MAIN + "package-info.java", "/** Things. */\n@NullMarked\npackage x;\n"));
        assertThat(TidyTest.findings(sources)).isEmpty();
    }

    @Test
    void largestLawfulSourcePasses() {
        String text = inThing("void m() {\n" + "int i;\n".repeat(58) + "}\n//" + "x".repeat(118));
        assertThat(TidyTest.RULES.stream()
                        .flatMap(each -> each.check(Source.parse(MAIN + "Thing.java", text)).stream()))
                .isEmpty();
    }

    @Test
    void methodsOfLibrariesKeepTheirNames() {
        Source source = Source.parse(MAIN + "Thing.java", inThing("@Override public int getSize() { return 1; }"));
        assertThat(new NameRule().check(source)).isEmpty();
    }

    @Test
    void packagesAreSmallAndHaveAPackageInfo() {
        List<Source> sources = IntStream.range(0, 31)
                .mapToObj(i -> Source.parse(MAIN + "T" + i + ".java", "package x; class T" + i + " {}"))
                .toList();
        assertThat(PackageRule.check(sources))
                .extracting(Finding::rule)
                .containsExactly("package-size", "package-info");
    }

    @Test
    void waiversNeedAReasonAndAFinding() {
        Finding finding = new Finding("a/T.java", 7, "sleep", "It sleeps.");
        assertThat(new Waivers("# why\n\na/T.java sleep it must\n").remaining(List.of(finding, finding)))
                .isEmpty();
        assertThat(new Waivers("").remaining(List.of(finding)))
                .singleElement()
                .asString()
                .contains("a/T.java:7");
        assertThat(new Waivers("a/T.java sleep it must").remaining(List.of())).hasSize(1);
        assertThat(new Waivers("a/T.java sleep").remaining(List.of())).hasSize(1);
    }

    private static String inThing(String members) {
        return "package x;\n\n/** A thing. */\npublic final class Thing {\n" + members + "\n}\n";
    }
}

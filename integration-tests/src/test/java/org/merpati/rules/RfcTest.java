package org.merpati.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** docs/rfc.tsv names every standard that the sources speak of, and files that exist. */
@Tag("fast")
class RfcTest {
    private static final Pattern MENTION = Pattern.compile("\\bRFC[\\s*]*(\\d{3,5})\\b");
    private static final List<Row> ROWS = Project.read(Project.root().resolve("docs/rfc.tsv"))
            .lines()
            .skip(1)
            .map(Row::parse)
            .toList();

    private record Row(String rfc, String section, String status, String where) {
        static Row parse(String line) {
            String[] cells = line.split("\t", -1);
            assertThat(cells).as(line).hasSize(4);
            return new Row(cells[0], cells[1], cells[2], cells[3]);
        }
    }

    @Test
    void everyStandardThatCommentsNameHasARow() {
        Map<String, String> texts = new LinkedHashMap<>();
        Project.sources().forEach(path -> texts.put(Project.name(path), Project.read(path)));
        Set<String> named = Source.parse(texts).stream()
                .filter(Source::isMain)
                .flatMap(source -> mentions(source).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).hasSizeGreaterThan(20);
        named.removeAll(ROWS.stream().map(Row::rfc).toList());
        assertThat(named).as("RFCs without a row in docs/rfc.tsv").isEmpty();
    }

    @Test
    void everyRowIsWhole() {
        assertThat(ROWS).isNotEmpty().allSatisfy(row -> {
            assertThat(row.rfc()).matches("\\d{3,5}");
            assertThat(row.section()).matches("|[\\d.]+(-[\\d.]+)?");
            assertThat(row.status()).isIn("done", "partly", "no");
            assertThat(Files.exists(Project.root().resolve(row.where())))
                    .as(row.where() + " of RFC " + row.rfc())
                    .isTrue();
        });
        assertThat(ROWS).extracting(row -> row.rfc() + " " + row.section()).doesNotHaveDuplicates();
    }

    @Test
    void mentionsAreFoundInCommentsAlone() {
        Source source = Source.parse(
                "modules/x/src/main/java/x/T.java",
                "package x;\n/** It is (RFC 1234 §5), RFC\n * 77777. */\nclass T { String s = \"RFC 4321\"; }\n");
        assertThat(mentions(source)).containsExactly("1234", "77777");
    }

    private static Set<String> mentions(Source source) {
        Set<String> numbers = new TreeSet<>();
        for (Source.Comment comment : source.comments()) {
            Matcher matcher = MENTION.matcher(comment.text());
            while (matcher.find()) {
                numbers.add(matcher.group(1));
            }
        }
        return numbers;
    }
}

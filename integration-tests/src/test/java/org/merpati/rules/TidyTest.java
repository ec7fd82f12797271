package org.merpati.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shape of every source of the tree. */
@Tag("fast")
class TidyTest {
    static final List<Rule> RULES = List.of(new SizeRule(), new NameRule(), new DocRule(), new WordRule());

    @Test
    void everySourceHoldsTheShape() {
        Map<String, String> texts = new LinkedHashMap<>();
        Project.sources().forEach(path -> texts.put(Project.name(path), Project.read(path)));
        List<Source> sources = Source.parse(texts);
        assertThat(sources).as("sources found below " + Project.root()).hasSizeGreaterThan(100);
        String waivers = Project.read(Project.root().resolve("integration-tests/tidy-waivers.txt"));
        List<String> remaining = new Waivers(waivers).remaining(findings(sources));
        assertThat(remaining)
                .withFailMessage(() -> remaining.size() + " findings:\n" + String.join("\n", remaining))
                .isEmpty();
    }

    static List<Finding> findings(List<Source> sources) {
        List<Finding> findings = new ArrayList<>(PackageRule.check(sources));
        for (Source source : sources) {
            RULES.forEach(rule -> findings.addAll(rule.check(source)));
        }
        return findings;
    }
}

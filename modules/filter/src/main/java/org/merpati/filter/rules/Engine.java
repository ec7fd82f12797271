package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;
import org.merpati.filter.regex.Regex;
import org.merpati.filter.regex.Steps;
import org.merpati.filter.text.Entity;
import org.merpati.filter.text.HeaderRequest;
import org.merpati.filter.text.Reading;
import org.merpati.kernel.Malformed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the rules of a book that have a score, and those that they need. */
final class Engine implements RuleSet {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final int PARTS_LIMIT = 1_000;

    private final Rulebook book;
    private final Map<String, Rule> needed = new LinkedHashMap<>();
    private final List<Rule> combinations = new ArrayList<>();
    private final Map<HeaderRequest, Group> headers = new LinkedHashMap<>();
    private final Map<Test.Area, Group> areas = new LinkedHashMap<>();
    private final List<Rule> singles = new ArrayList<>();

    Engine(Rulebook book) {
        this.book = book;
        for (Rule rule : book.rules().values()) {
            boolean local = !rule.net() || rule.test() instanceof Test.Combination;
            if (rule.score() != 0 && !rule.part() && local) {
                need(rule, new HashSet<>());
            }
        }
        Map<HeaderRequest, List<Rule>> byHeader = new LinkedHashMap<>();
        Map<Test.Area, List<Rule>> byArea = new LinkedHashMap<>();
        for (Rule rule : needed.values()) {
            switch (rule.test()) {
                case Test.Header header
                when !header.negated() && header.unset().isEmpty() ->
                    byHeader.computeIfAbsent(header.request(), r -> new ArrayList<>())
                            .add(rule);
                case Test.Text text ->
                    byArea.computeIfAbsent(text.area(), a -> new ArrayList<>()).add(rule);
                case Test.Combination combination -> {}
                case Test.Outside outside -> {}
                case Test.Header header -> singles.add(rule);
                case Test.Exists exists -> singles.add(rule);
                case Test.PartHeader part -> singles.add(rule);
                case Test.Function function -> singles.add(rule);
            }
        }
        byHeader.forEach((request, rules) -> headers.put(request, new Group(rules, Engine::regex)));
        byArea.forEach((area, rules) -> areas.put(area, new Group(rules, Engine::regex)));
    }

    private static Regex regex(Rule rule) {
        return switch (rule.test()) {
            case Test.Header header -> header.regex();
            case Test.Text text -> text.regex();
            case Test.PartHeader part -> part.regex();
            case Test.Exists none -> throw new IllegalStateException(rule.name() + " has no expression");
            case Test.Function none -> throw new IllegalStateException(rule.name() + " has no expression");
            case Test.Combination none -> throw new IllegalStateException(rule.name() + " has no expression");
            case Test.Outside none -> throw new IllegalStateException(rule.name() + " has no expression");
        };
    }

    /** Notes a rule and what it is combined of, that first. */
    private void need(Rule rule, Set<String> open) {
        if (needed.containsKey(rule.name()) || !open.add(rule.name())) {
            return;
        }
        if (rule.test() instanceof Test.Combination combination) {
            for (String name : combination.formula().names()) {
                Rule part = book.rules().get(name);
                if (part != null && part.score() != 0) {
                    need(part, open);
                }
            }
            combinations.add(rule);
        }
        needed.put(rule.name(), rule);
    }

    /** The rules that run. */
    Map<String, Rule> needed() {
        return needed;
    }

    @Override
    public List<Finding> judge(Suspect suspect, Set<String> known) {
        Hits hits = hits(suspect, known);
        List<Finding> findings = new ArrayList<>();
        for (String name : hits.names()) {
            Rule rule = needed.get(name);
            if (rule != null && !rule.part() && !known.contains(name)) {
                findings.add(new Finding(name, rule.score(), why(rule)));
            }
        }
        findings.sort(Comparator.comparing(Finding::symbol));
        return findings;
    }

    private static String why(Rule rule) {
        return rule.description().isEmpty() ? "the rule " + rule.name() + " hit" : rule.description();
    }

    /** All rules that hit, those without a score of their own too. */
    Hits hits(Suspect suspect, Set<String> known) {
        Reading reading = Reading.of(suspect, book.conventions());
        Hits hits = new Hits(known);
        Steps steps = new Steps();
        headers.forEach((request, group) -> header(request, group, reading, steps, hits));
        areas.forEach((area, group) -> note(group, group.run(texts(area, reading), steps, hits), hits));
        for (Rule rule : singles) {
            hits.add(rule, single(rule, reading, steps));
        }
        if (steps.exceeded()) {
            LOG.info("a message made some expressions take too long; they were taken for not matching");
        }
        for (Rule rule : combinations) {
            if (rule.test() instanceof Test.Combination combination && !hits.has(rule.name())) {
                hits.add(rule, combination.formula().value(hits::count));
            }
        }
        return hits;
    }

    private static void note(Group group, int[] counts, Hits hits) {
        for (int i = 0; i < counts.length; i++) {
            hits.add(group.rule(i), counts[i]);
        }
    }

    private static List<String> texts(Test.Area area, Reading reading) {
        return switch (area) {
            case BODY -> reading.paragraphs();
            case RAWBODY -> reading.raw();
            case URI -> List.copyOf(reading.uris());
            case FULL -> List.of(reading.whole());
        };
    }

    private static String joined(List<String> values) {
        boolean lines = values.getFirst().endsWith("\n");
        return String.join(lines ? "" : "\n", values);
    }

    private static void header(HeaderRequest request, Group group, Reading reading, Steps steps, Hits hits) {
        List<String> values = reading.header(request);
        String text = values.isEmpty() ? "" : joined(values);
        note(group, group.run(List.of(text), steps, hits), hits);
    }

    private double single(Rule rule, Reading reading, Steps steps) {
        return switch (rule.test()) {
            case Test.Exists exists -> reading.header(exists.request()).isEmpty() == exists.negated() ? 1 : 0;
            case Test.Header header -> {
                List<String> values = reading.header(header.request());
                String text = values.isEmpty() ? header.unset().orElse("") : joined(values);
                int found = header.regex().count(text, header.negated() ? 1 : rule.most(), steps);
                yield header.negated() ? found == 0 ? 1 : 0 : found;
            }
            case Test.PartHeader part -> part(part, rule.most(), reading, steps);
            case Test.Function function -> {
                Function known = Function.KNOWN.get(function.name());
                yield known != null && known.holds(reading, function.arguments(), book) ? 1 : 0;
            }
            case Test.Text text -> 0;
            case Test.Combination combination -> 0;
            case Test.Outside outside -> 0;
        };
    }

    private static double part(Test.PartHeader test, int most, Reading reading, Steps steps) {
        int index = 0;
        for (Entity part : reading.message().find(p -> true)) {
            if (++index > PARTS_LIMIT) {
                break;
            }
            int found = test.regex().count(PartFunctions.text(part, test.request(), test.unset()), most, steps);
            if (found > 0) {
                return test.negated() ? 0 : found;
            }
        }
        return test.negated() ? 1 : 0;
    }

    /** Compiles every expression, and says which cannot be. */
    List<ContentRules.Problem> compiled() {
        List<ContentRules.Problem> problems = new ArrayList<>();
        for (Rule rule : needed.values()) {
            boolean expression = rule.test() instanceof Test.Text
                    || rule.test() instanceof Test.Header
                    || rule.test() instanceof Test.PartHeader;
            try {
                if (expression) {
                    regex(rule).compiled();
                }
            } catch (Malformed cannot) {
                problems.add(new ContentRules.Problem(
                        rule.name(), rule.place().toString(), String.valueOf(cannot.getMessage())));
            }
        }
        return problems;
    }

    /** Whether a rule of the book can run, and if not, why. */
    static Map<String, String> unable(Rulebook book) {
        Map<String, String> reasons = new HashMap<>();
        for (Rule rule : book.rules().values()) {
            if (rule.test() instanceof Test.Function function && !Function.KNOWN.containsKey(function.name())) {
                reasons.put(rule.name(), "the function " + function.name() + " is not known here");
            }
        }
        return reasons;
    }
}

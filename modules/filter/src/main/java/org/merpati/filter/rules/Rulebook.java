package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.merpati.filter.regex.Fragments;
import org.merpati.filter.text.Conventions;
import org.merpati.filter.text.HeaderRequest;
import org.merpati.filter.text.Registries;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;

/** All rules of some files, put together. */
final class Rulebook {
    private static final Pattern FUNCTION = Pattern.compile("^(?:rbl)?eval:(\\w+)\\s*\\((.*)\\)\\s*$", Pattern.DOTALL);
    private static final Pattern ARGUMENT = Pattern.compile("\\s*(?:'([^']*)'|\"([^\"]*)\"|([\\w.:-]+))\\s*(?:,|$)");
    private static final Pattern EXISTS = Pattern.compile("^exists:(\\S+)$");
    private static final Pattern HEADER = Pattern.compile(
            "^([\\w-]+(?::\\w+)*):?\\s*([=!]~)\\s*(.+?)(?:\\s+\\[if-unset:\\s+(.+)\\])?$", Pattern.DOTALL);
    private static final Pattern MOST = Pattern.compile("\\bmaxhits=(\\d{1,6})\\b");
    private static final Pattern MATCHING = Pattern.compile("rules_matching\\(\\s*([\\w*?]+)\\s*\\)");
    private static final int MANY = 1_000;

    private final Draft draft;
    private final int set;
    private final Fragments known;
    private final Map<String, Rule> rules = new LinkedHashMap<>();
    private final List<ContentRules.Problem> problems = new ArrayList<>();
    private final Conventions conventions;
    private final Map<String, List<Pattern>> wild = new ConcurrentHashMap<>();

    private Rulebook(Draft draft, int set, Fragments known) {
        this.draft = draft;
        this.known = known;
        this.set = set;
        draft.rules.values().parallelStream().map(this::make).toList().forEach(this::add);
        this.conventions = new Conventions(registries(draft), draft.originating, redirectors());
    }

    private static Registries registries(Draft draft) {
        return draft.top.isEmpty()
                ? Conventions.NONE.registries()
                : new Registries(draft.top, draft.second, draft.third);
    }

    /**
     * Reads files.
     *
     * @param scores which column of scores holds
     * @throws Malformed if one is broken, with file, line and reason
     */
    static Rulebook of(List<RuleFile> files, Scores scores) {
        return new Rulebook(RuleReader.read(files), scores.ordinal(), new Fragments());
    }

    /** All rules by name. */
    Map<String, Rule> rules() {
        return rules;
    }

    /** Why some rules do not run. */
    List<ContentRules.Problem> problems() {
        return problems;
    }

    Conventions conventions() {
        return conventions;
    }

    /** The settings that were passed over. */
    Set<String> unknown() {
        return draft.unknown;
    }

    /** A list of names or addresses, by what it is for. */
    Set<String> list(String name) {
        return draft.lists.getOrDefault(name, Set.of());
    }

    /** The entries of a list of domains that have {@code *} or {@code ?}, which stand for a part of a label. */
    List<Pattern> wild(String name) {
        return wild.computeIfAbsent(
                name,
                n -> list(n).stream()
                        .filter(entry -> entry.contains("*") || entry.contains("?"))
                        .map(entry -> Pattern.compile(
                                entry.replace(".", "\\.").replace("?", ".").replace("*", "[^.]*")))
                        .toList());
    }

    private List<Pattern> redirectors() {
        List<Pattern> patterns = new ArrayList<>();
        for (Draft.Written written : draft.redirectors) {
            RuleText text = RuleText.of(written.text());
            try {
                patterns.add(Pattern.compile(
                        text.expression(), text.modifiers().contains("i") ? Pattern.CASE_INSENSITIVE : 0));
            } catch (java.util.regex.PatternSyntaxException cannot) {
                problems.add(new ContentRules.Problem(
                        "redirector_pattern", written.place().toString(), cannot.getDescription()));
            }
        }
        return patterns;
    }

    /** A rule as it was made, what keeps it from running, and whether it is broken. */
    private record Made(Rule rule, Optional<ContentRules.Problem> problem, Optional<Malformed> broken) {}

    private void add(Made made) {
        if (made.broken.isPresent()) {
            throw made.broken.get();
        }
        made.problem.ifPresent(problems::add);
        rules.put(made.rule.name(), made.rule);
    }

    private Made make(Draft.Written written) {
        try {
            return new Made(rule(written, test(written)), Optional.empty(), Optional.empty());
        } catch (Refused untranslated) {
            ContentRules.Problem problem = new ContentRules.Problem(
                    written.name(), written.place().toString(), String.valueOf(untranslated.getMessage()));
            return new Made(rule(written, new Test.Outside()), Optional.of(problem), Optional.empty());
        } catch (Malformed reason) {
            Malformed broken =
                    new Malformed(written.place() + ": the rule " + written.name() + ": " + reason.getMessage());
            return new Made(rule(written, new Test.Outside()), Optional.empty(), Optional.of(broken));
        }
    }

    private Rule rule(Draft.Written written, Test test) {
        String flags = draft.flags.getOrDefault(written.name(), "");
        Set<String> words = flags.isEmpty() ? Set.of() : new HashSet<>(Arrays.asList(flags.split("\\s+")));
        return new Rule(
                written.name(),
                test,
                score(written.name(), words),
                most(words, flags),
                !words.contains("nosubject"),
                words.contains("net"),
                draft.descriptions.getOrDefault(written.name(), ""),
                written.place());
    }

    private static int most(Set<String> words, String flags) {
        Matcher most = MOST.matcher(flags);
        return words.contains("multiple") ? most.find() ? Integer.parseInt(most.group(1)) : MANY : 1;
    }

    private double score(String name, Set<String> flags) {
        double[] scores = draft.scores.get(name);
        if (scores != null) {
            return scores[set];
        }
        double usual = name.startsWith("__") ? 1 : name.startsWith("T_") ? 0.01 : 1;
        return flags.contains("nice") ? -usual : usual;
    }

    private Test test(Draft.Written written) {
        String text = written.text();
        Matcher function = FUNCTION.matcher(text);
        if (function.matches()) {
            return new Test.Function(function.group(1), arguments(function.group(2)));
        }
        return switch (written.kind()) {
            case "meta" -> new Test.Combination(Formula.of(expanded(text)));
            case "header" -> header(written);
            case "mimeheader" -> part(written);
            case "body" -> new Test.Text(Test.Area.BODY, regex(written, text));
            case "rawbody" -> new Test.Text(Test.Area.RAWBODY, regex(written, text));
            case "uri" -> new Test.Text(Test.Area.URI, regex(written, text));
            case "full" -> new Test.Text(Test.Area.FULL, regex(written, text));
            default -> new Test.Outside();
        };
    }

    private org.merpati.filter.regex.Regex regex(Draft.Written written, String text) {
        RuleText form = RuleText.of(text);
        return (draft.replaced.contains(written.name()) ? form.with(draft.tags) : form).regex(known);
    }

    /** With each family of rules as the sum of its members. */
    private String expanded(String text) {
        return MATCHING.matcher(text).replaceAll(family -> {
            Pattern names = Pattern.compile(family.group(1).replace("*", "\\w*").replace("?", "\\w"));
            String sum = String.join(
                    " + ",
                    draft.rules.keySet().stream()
                            .filter(name -> names.matcher(name).matches())
                            .toList());
            return "(" + (sum.isEmpty() ? "0" : sum) + ")";
        });
    }

    private static List<String> arguments(String text) {
        List<String> arguments = new ArrayList<>();
        Matcher argument = ARGUMENT.matcher(text);
        int end = 0;
        while (end < text.length() && argument.find(end) && argument.start() == end) {
            for (int i = 1; i <= 3; i++) {
                if (argument.group(i) != null) {
                    arguments.add(argument.group(i));
                }
            }
            end = argument.end();
        }
        if (!text.substring(end).isBlank()) {
            throw new Malformed("the arguments of a function are not understood: " + text);
        }
        return arguments;
    }

    private Test header(Draft.Written written) {
        Matcher exists = EXISTS.matcher(written.text().strip());
        if (exists.matches()) {
            return new Test.Exists(HeaderRequest.of(exists.group(1)), false);
        }
        Matcher form = form(written);
        return new Test.Header(
                HeaderRequest.of(form.group(1)),
                regex(written, form.group(3)),
                form.group(2).equals("!~"),
                Optional.ofNullable(form.group(4)));
    }

    private Test part(Draft.Written written) {
        Matcher form = form(written);
        return new Test.PartHeader(
                HeaderRequest.of(form.group(1)),
                regex(written, form.group(3)),
                form.group(2).equals("!~"),
                Optional.ofNullable(form.group(4)));
    }

    private static Matcher form(Draft.Written written) {
        Matcher form = HEADER.matcher(written.text().strip());
        if (!form.matches()) {
            throw new Malformed("a header rule is a field's name, =~ or !~, and an expression");
        }
        return form;
    }
}

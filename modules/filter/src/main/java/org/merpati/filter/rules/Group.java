package org.merpati.filter.rules;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.merpati.filter.regex.Automaton;
import org.merpati.filter.regex.Regex;
import org.merpati.filter.regex.Sieve;
import org.merpati.filter.regex.Steps;
import org.merpati.filter.regex.Windows;

/** Rules with expressions that look at the same texts: one pass over a text tells which of them are worth a search. */
final class Group {
    private static final int SHORTEST = 3;

    /**
     * A rule with its expression.
     *
     * @param literals texts of which one is in every match, if there are such
     * @param windows what is looked for else, if it is rare enough
     */
    private record Entry(Rule rule, Regex regex, Optional<Set<String>> literals, Optional<Windows> windows) {
        static Entry of(Rule rule, Regex regex) {
            Optional<Set<String>> literals = regex.literals(SHORTEST);
            return new Entry(rule, regex, literals, literals.isPresent() ? Optional.empty() : regex.windows());
        }
    }

    private final List<Entry> entries;
    private final Automaton automaton;
    private final int[] owners;
    private final Sieve sieve;
    private final int[] sieved;
    private final int[] always;

    Group(List<Rule> rules, java.util.function.Function<Rule, Regex> regexes) {
        this.entries = rules.parallelStream()
                .map(rule -> Entry.of(rule, regexes.apply(rule)))
                .toList();
        this.owners = indexes(entry -> entry.literals.isPresent());
        this.sieved = indexes(entry -> entry.windows.isPresent());
        this.always = indexes(entry -> entry.literals.isEmpty() && entry.windows.isEmpty());
        this.automaton = Automaton.of(
                entries.stream().flatMap(entry -> entry.literals.stream()).toList());
        this.sieve = Sieve.of(
                entries.stream().flatMap(entry -> entry.windows.stream()).toList());
    }

    private int[] indexes(Predicate<Entry> which) {
        return IntStream.range(0, entries.size())
                .filter(i -> which.test(entries.get(i)))
                .toArray();
    }

    /** How often each rule hits the texts, in the order of the rules. */
    int[] run(List<String> texts, Steps steps, Hits hits) {
        int[] counts = new int[entries.size()];
        boolean[] candidates = new boolean[entries.size()];
        for (int t = 0; t < texts.size(); t++) {
            String text = texts.get(t);
            automaton.search(text, set -> candidates[owners[set]] = true);
            sieve.search(text, row -> candidates[sieved[row]] = true);
            for (int i : always) {
                candidates[i] = true;
            }
            for (int i = 0; i < candidates.length; i++) {
                if (candidates[i]) {
                    candidates[i] = false;
                    Entry entry = entries.get(i);
                    boolean due = counts[i] < entry.rule.most() && (t > 0 || entry.rule.subject());
                    if (due) {
                        counts[i] += search(entry, text, entry.rule.most() - counts[i], steps, hits);
                    }
                }
            }
        }
        return counts;
    }

    private static int search(Entry entry, String text, int most, Steps steps, Hits hits) {
        int found = entry.regex.count(text, most, steps, hits.tags());
        if (found > 0 && !entry.regex.names().isEmpty()) {
            entry.regex.capture(text, steps, hits.tags());
        }
        return found;
    }

    Rule rule(int index) {
        return entries.get(index).rule;
    }
}

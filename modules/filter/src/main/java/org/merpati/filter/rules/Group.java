package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.merpati.filter.regex.Automaton;
import org.merpati.filter.regex.Regex;
import org.merpati.filter.regex.Sieve;
import org.merpati.filter.regex.Steps;
import org.merpati.filter.regex.Windows;

/** Rules with expressions that look at the same texts: one pass over a text tells which of them are worth a search. */
final class Group {
    private static final int SHORTEST = 3;

    /** A rule with its expression. */
    private record Entry(Rule rule, Regex regex) {}

    private final List<Entry> entries = new ArrayList<>();
    private final List<Integer> always = new ArrayList<>();
    private final Automaton automaton;
    private final int[] owners;
    private final Sieve sieve;
    private final int[] sieved;

    Group(List<Rule> rules, java.util.function.Function<Rule, Regex> regexes) {
        List<Set<String>> texts = new ArrayList<>();
        List<Integer> indexes = new ArrayList<>();
        List<Windows> windows = new ArrayList<>();
        List<Integer> seen = new ArrayList<>();
        for (Rule rule : rules) {
            Regex regex = regexes.apply(rule);
            Optional<Set<String>> literals = regex.literals(SHORTEST);
            if (literals.isPresent()) {
                texts.add(literals.get());
                indexes.add(entries.size());
            } else {
                Optional<Windows> rows = regex.windows();
                rows.ifPresent(windows::add);
                (rows.isPresent() ? seen : always).add(entries.size());
            }
            entries.add(new Entry(rule, regex));
        }
        this.automaton = Automaton.of(texts);
        this.owners = indexes.stream().mapToInt(Integer::intValue).toArray();
        this.sieve = Sieve.of(windows);
        this.sieved = seen.stream().mapToInt(Integer::intValue).toArray();
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

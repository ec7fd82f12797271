package org.merpati.filter.rules;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which rules hit a message, and how often. For use by one thread. */
final class Hits {
    private final Map<String, Double> counts = new HashMap<>();
    private final Map<String, Set<String>> tags = new HashMap<>();

    Hits(Set<String> known) {
        known.forEach(name -> counts.put(name, 1.0));
    }

    double count(String rule) {
        return counts.getOrDefault(rule, 0.0);
    }

    boolean has(String rule) {
        return counts.containsKey(rule);
    }

    /** Adds hits of a rule; a rule that hit at all counts at least once. */
    void add(Rule rule, double hits) {
        if (hits != 0) {
            counts.merge(rule.name(), hits > 0 ? hits : 1, Double::sum);
        }
    }

    /** What named groups captured, for rules into which it is put. */
    Map<String, Set<String>> tags() {
        return tags;
    }

    Set<String> names() {
        return new HashSet<>(counts.keySet());
    }
}

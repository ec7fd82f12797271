package org.merpati.filter.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What rule files say, before it is put together. */
final class Draft {
    /**
     * A rule as it was written.
     *
     * @param kind {@code header}, {@code body} and so on
     * @param text what stands behind its name
     */
    record Written(String kind, String name, String text, Rule.Place place) {}

    final Map<String, Written> rules = new LinkedHashMap<>();
    final Map<String, double[]> scores = new HashMap<>();
    final Map<String, String> descriptions = new HashMap<>();
    final Map<String, String> flags = new HashMap<>();
    final Set<String> replaced = new HashSet<>();
    final ReplaceTags tags = new ReplaceTags();
    final Set<String> plugins = new HashSet<>();
    final Set<String> top = new HashSet<>();
    final Set<String> second = new HashSet<>();
    final Set<String> third = new HashSet<>();
    final List<String> originating = new ArrayList<>();
    final List<Written> redirectors = new ArrayList<>();
    final Map<String, Set<String>> lists = new HashMap<>();
    final Set<String> unknown = new HashSet<>();

    Set<String> list(String name) {
        return lists.computeIfAbsent(name, n -> new HashSet<>());
    }
}

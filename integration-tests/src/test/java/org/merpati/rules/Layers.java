package org.merpati.rules;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which module may use which, as layers.txt says; a module's classes lie in {@code org.merpati.<module>}. */
record Layers(Map<String, Set<String>> rows) {
    private static final String OURS = "org.merpati.";

    /** Libraries by the beginning of their names, and the modules that may use each. */
    static final Map<String, Set<String>> LIBRARIES = libraries();

    static Layers parse(String text) {
        Map<String, Set<String>> rows = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                List<String> words = List.of(line.strip().split("\\s+"));
                if (rows.put(words.get(0), new TreeSet<>(words.subList(1, words.size()))) != null) {
                    throw new IllegalArgumentException("layers.txt names " + words.get(0) + " twice");
                }
            }
        }
        return new Layers(rows);
    }

    /** Rows that use a module of a later row, themselves, or one without a row: without them there is no cycle. */
    List<String> disorder() {
        List<String> wrong = new ArrayList<>();
        Set<String> above = new TreeSet<>();
        rows.forEach((module, used) -> {
            used.stream()
                    .filter(name -> !above.contains(name))
                    .forEach(name ->
                            wrong.add("The row of " + module + " uses " + name + ", which is no row above it."));
            above.add(module);
        });
        return wrong;
    }

    /** Dependencies between modules that no row allows; modules without a row (node, dev, tests) see everything. */
    List<String> violations(JavaClasses classes) {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : classes) {
            Set<String> allowed = rows.get(module(type.getName()));
            if (allowed == null) {
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = module(
                        dependency.getTargetClass().getBaseComponentType().getName());
                if (!target.isEmpty() && !target.equals(module(type.getName())) && !allowed.contains(target)) {
                    wrong.add(dependency.getDescription());
                }
            }
        }
        return List.copyOf(wrong);
    }

    /** Uses of a library outside the modules that may. */
    static List<String> strays(JavaClasses classes, Map<String, Set<String>> libraries) {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target =
                        dependency.getTargetClass().getBaseComponentType().getName();
                libraries.forEach((prefix, modules) -> {
                    if (target.startsWith(prefix) && !modules.contains(module(type.getName()))) {
                        wrong.add(dependency.getDescription());
                    }
                });
            }
        }
        return List.copyOf(wrong);
    }

    /** The module of a class by its name, or nothing for a class that is not ours. */
    static String module(String className) {
        if (!className.startsWith(OURS)) {
            return "";
        }
        int end = className.indexOf('.', OURS.length());
        return end < 0 ? "" : className.substring(OURS.length(), end);
    }

    private static Map<String, Set<String>> libraries() {
        Map<String, Set<String>> libraries = new LinkedHashMap<>();
        libraries.put("org.apache.mina.", Set.of("wire"));
        libraries.put("com.hazelcast.", Set.of("cluster"));
        libraries.put("org.bouncycastle.", Set.of("cluster"));
        libraries.put("org.apache.ratis.", Set.of("journal"));
        libraries.put("com.unboundid.", Set.of("directory"));
        libraries.put("org.apache.james.protocols.", Set.of("smtp"));
        libraries.put("org.apache.james.core.", Set.of("smtp"));
        libraries.put("org.apache.james.metrics.", Set.of("smtp"));
        libraries.put("org.apache.lucene.", Set.of("store"));
        libraries.put("org.apache.pdfbox.", Set.of("store"));
        libraries.put("io.javalin.", Set.of("console"));
        libraries.put("org.eclipse.jetty.", Set.of("console"));
        libraries.put("jakarta.servlet.", Set.of("console"));
        libraries.put("org.xbill.", Set.of("filter", "mta"));
        libraries.put("picocli.", Set.of("node", "dev"));
        return libraries;
    }
}

package org.merpati.filter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What was found in a message, the same for all its recipients.
 *
 * @param findings of all checks
 * @param objections what decides by itself
 * @param millis how long it took
 */
public record Report(List<Finding> findings, List<Objection> objections, Proof proof, long millis) {
    /** Of a message that nobody looked at. */
    public static final Report EMPTY = new Report(List.of(), List.of(), Proof.NONE, 0);

    private static final int LINES = 100;
    private static final int WHY_LIMIT = 160;
    private static final int TESTS_LIMIT = 900;

    public Report {
        findings = List.copyOf(findings);
        objections = List.copyOf(objections);
    }

    /** The sum of all scores, to a thousandth. */
    public double score() {
        double sum = findings.stream().mapToDouble(Finding::score).sum();
        return Math.round(sum * 1000) / 1000.0;
    }

    /** The objection that weighs most. */
    public Optional<Objection> objection() {
        return objections.stream()
                .filter(objection -> objection.action() != Action.DELIVER)
                .max(Comparator.comparing(Objection::action));
    }

    /** The symbols in the order of their names, parted by commas; as many as fit into a command's parameter. */
    public String tests() {
        StringBuilder text = new StringBuilder();
        for (String symbol :
                all().stream().map(Finding::symbol).distinct().sorted().toList()) {
            if (text.length() + symbol.length() > TESTS_LIMIT) {
                break;
            }
            text.append(text.isEmpty() ? "" : ",").append(symbol.replaceAll("[^A-Za-z0-9_.-]", "_"));
        }
        return text.toString();
    }

    /** The same with a finding in the place of those that it is instead of. */
    public Report with(Finding finding, Predicate<Finding> insteadOf) {
        List<Finding> others = new ArrayList<>(findings);
        others.removeIf(insteadOf);
        others.add(finding);
        return new Report(others, objections, proof, millis);
    }

    /** The same with more findings. */
    public Report and(List<Finding> more) {
        List<Finding> both = new ArrayList<>(findings);
        both.addAll(more);
        return new Report(both, objections, proof, millis);
    }

    private List<Finding> all() {
        List<Finding> all = new ArrayList<>(findings);
        objections.forEach(objection -> all.add(objection.finding()));
        return all;
    }

    /** The explanation for people: a line for each finding, what weighs most first; ASCII. */
    public List<String> lines() {
        return all().stream()
                .sorted((a, b) -> Double.compare(Math.abs(b.score()), Math.abs(a.score())))
                .limit(LINES)
                .map(f -> String.format(Locale.ROOT, "%5.1f %s %s", f.score(), f.symbol(), plain(f.why())))
                .toList();
    }

    private static String plain(String why) {
        String ascii = why.replaceAll("[^ -~]+", "?");
        return ascii.substring(0, Math.min(WHY_LIMIT, ascii.length()));
    }

    /** The fields X-Spam-Score and X-Spam-Report, each line ended by CRLF. */
    public String fields() {
        StringBuilder fields = new StringBuilder(String.format(Locale.ROOT, "X-Spam-Score: %.1f\r\n", score()));
        List<String> lines = lines();
        if (!lines.isEmpty()) {
            fields.append("X-Spam-Report:\r\n");
            lines.forEach(line -> fields.append("\t* ").append(line).append("\r\n"));
        }
        return fields.toString();
    }
}

package org.merpati.rules;

import java.util.ArrayList;
import java.util.List;

/** Findings that are let pass: a line each with path, rule and reason; a line that lets nothing pass is an error. */
final class Waivers {
    private record Waiver(String path, String rule, String reason) {}

    private final List<Waiver> waivers = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    Waivers(String text) {
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] parts = line.split("\\s+", 3);
            if (parts.length < 3) {
                wrong.add("A waiver has path, rule and reason: " + line);
            } else {
                waivers.add(new Waiver(parts[0], parts[1], parts[2]));
            }
        }
    }

    /** What remains: findings without a waiver, waivers without a finding, waivers without a reason. */
    List<String> remaining(List<Finding> findings) {
        List<String> remaining = new ArrayList<>(wrong);
        List<Waiver> unused = new ArrayList<>(waivers);
        for (Finding finding : findings) {
            boolean waived = false;
            for (Waiver waiver : waivers) {
                if (waiver.path().equals(finding.path()) && waiver.rule().equals(finding.rule())) {
                    waived = true;
                    unused.remove(waiver);
                }
            }
            if (!waived) {
                remaining.add(finding.toString());
            }
        }
        unused.forEach(waiver -> remaining.add(
                "Nothing needs the waiver of " + waiver.path() + " from " + waiver.rule() + ": drop it."));
        return remaining;
    }
}

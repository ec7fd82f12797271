package org.merpati.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.filter.lists.ListEntry;
import org.merpati.kernel.Malformed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one scope (a person, a domain, the server) says: its thresholds and its lists. Each is a line: {@code allow
 * PATTERN [unproved]}, {@code deny PATTERN}, {@code policy THRESHOLDS}. What only the server says (see {@link
 * Settings}) is passed over.
 */
public record Preferences(Policy policy, List<ListEntry> entries) {
    /** A scope that says nothing. */
    public static final Preferences NONE = new Preferences(Policy.OPEN, List.of());

    private static final Logger LOG = LoggerFactory.getLogger(Preferences.class);

    public Preferences {
        entries = List.copyOf(entries);
    }

    /** Reads lines; one that is not understood is named in the log and has no effect. */
    public static Preferences of(List<String> lines) {
        Policy policy = Policy.OPEN;
        List<ListEntry> entries = new ArrayList<>();
        for (String line : lines) {
            try {
                if (ListEntry.is(line)) {
                    entries.add(ListEntry.parse(line));
                } else if (line.startsWith("policy ")) {
                    policy = Policy.parse(line.substring("policy ".length()));
                }
            } catch (Malformed wrong) {
                LOG.warn("the filter's rule '{}' has no effect: {}", line, wrong.sentence());
            }
        }
        return entries.isEmpty() && policy.equals(Policy.OPEN) ? NONE : new Preferences(policy, entries);
    }
}

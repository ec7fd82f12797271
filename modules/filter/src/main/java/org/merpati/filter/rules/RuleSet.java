package org.merpati.filter.rules;

import java.util.List;
import java.util.Set;
import org.merpati.filter.Finding;
import org.merpati.filter.Suspect;

/** Rules that were loaded, compiled and found sound; never changed, for use by many threads. */
@FunctionalInterface
public interface RuleSet {
    /**
     * The rules that hit and have a score.
     *
     * @param known symbols of rules that other checks answer, for rules that are combined of others
     */
    List<Finding> judge(Suspect suspect, Set<String> known);
}

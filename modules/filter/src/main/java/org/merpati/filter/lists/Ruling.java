package org.merpati.filter.lists;

import java.util.List;
import java.util.Optional;

/**
 * Which entry of the lists decides, as the truth table in {@code docs/spam.md} says: the narrowest scope that says
 * anything; there the narrowest pattern; of two alike the one that denies. An entry that allows counts only for a
 * sender that has proved to be who it says.
 *
 * @param scope its place among the scopes asked, 0 being the narrowest
 */
public record Ruling(ListEntry entry, int scope) {
    private static final List<String> SCOPES = List.of("the recipient", "the recipient's domain", "the server");

    /**
     * Finds the entry that decides.
     *
     * @param scopes the lists of the recipient, of its domain, of the server
     */
    public static Optional<Ruling> of(List<List<ListEntry>> scopes, Origin origin) {
        for (int scope = 0; scope < scopes.size(); scope++) {
            Optional<ListEntry> decides = narrowest(scopes.get(scope), origin);
            if (decides.isPresent()) {
                return Optional.of(new Ruling(decides.get(), scope));
            }
        }
        return Optional.empty();
    }

    private static Optional<ListEntry> narrowest(List<ListEntry> entries, Origin origin) {
        Optional<ListEntry> best = Optional.empty();
        int narrowest = -1;
        for (ListEntry entry : entries) {
            int narrow = entry.narrowness(origin).orElse(-1);
            if (narrow > narrowest || (narrow == narrowest && narrow >= 0 && !entry.allows())) {
                best = Optional.of(entry);
                narrowest = narrow;
            }
        }
        return best;
    }

    /** What decided, for people. */
    public String sentence() {
        String who = scope < SCOPES.size() ? SCOPES.get(scope) : "a list";
        return who + (entry.allows() ? " allows " : " denies ") + entry.pattern();
    }
}

package org.merpati.filter.regex;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Parts that expressions have in common, so that each is read once. Safe for use by many threads. */
public final class Fragments {
    private static final int SHORTEST = 12;
    private static final int COUNT_LIMIT = 20_000;

    /** A part as it is written, and what was switched on around it. */
    private record Written(String text, Object flags) {}

    private final Map<Written, Tree.Common> known = new ConcurrentHashMap<>();

    @Nullable
    Tree find(String text, Object flags) {
        return text.length() < SHORTEST ? null : known.get(new Written(text, flags));
    }

    /** Takes a part that means the same wherever it stands. */
    Tree keep(String text, Object flags, Tree tree) {
        if (text.length() < SHORTEST || known.size() >= COUNT_LIMIT) {
            return tree;
        }
        Tree.Common common = new Tree.Common(tree);
        Tree.Common before = known.putIfAbsent(new Written(text, flags), common);
        return before == null ? common : before;
    }
}

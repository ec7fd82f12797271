package org.merpati.node.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.filter.reputation.Experience;
import org.merpati.filter.reputation.Opinion;
import org.merpati.filter.reputation.Reputations;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * What became of the mail of many origins, in a table beside the directory; a change is a day, what was seen on it, and
 * origins to forget.
 */
public final class KnownOrigins extends FilterTable<Reputations> {
    static final String NAME = "reputation";

    public KnownOrigins() {
        super(NAME, Reputations::new, Reputations::write, from -> Reputations.read(from, Reputations.DEFAULT_LIMIT));
    }

    /** The change that experiences make. */
    static byte[] change(List<Experience> experiences, List<Long> forgotten, int day) {
        BinaryWriter change =
                new BinaryWriter(16 + experiences.size() * 12).varint(day).varint(experiences.size());
        experiences.forEach(seen -> seen.write(change));
        change.varint(forgotten.size());
        forgotten.forEach(change::i64);
        return change.toByteArray();
    }

    @Override
    void change(Reputations table, BinaryReader change) {
        int day = change.count();
        List<Experience> experiences = new ArrayList<>();
        for (int left = change.count(); left > 0; left--) {
            experiences.add(Experience.read(change));
        }
        List<Long> forgotten = new ArrayList<>();
        for (int left = change.count(); left > 0; left--) {
            forgotten.add(change.i64());
        }
        table.take(experiences, day);
        forgotten.forEach(table::forget);
    }

    /** What is thought of an origin, as far as this node knows. */
    public Opinion opinion(long origin, int today) {
        return ask(table -> table.opinion(origin, today));
    }
}

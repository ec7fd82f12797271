package org.merpati.node.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.bayes.Lesson;
import org.merpati.filter.bayes.TokenTable;
import org.merpati.kernel.BinaryReader;

/** What everybody has taught the mail filter, in a table beside the directory; a change is a number of lessons. */
public final class LearnedWords extends FilterTable<TokenTable> {
    static final String NAME = "words";

    public LearnedWords() {
        super(NAME, TokenTable::new, TokenTable::write, from -> TokenTable.read(from, TokenTable.DEFAULT_LIMIT));
    }

    @Override
    void change(TokenTable table, BinaryReader change) {
        List<Lesson> lessons = new ArrayList<>();
        for (int left = change.count(); left > 0; left--) {
            lessons.add(Lesson.read(change));
        }
        lessons.forEach(table::learn);
    }

    /** How often tokens were seen, as far as this node knows. */
    public Counts counts(long[] tokens) {
        return ask(table -> table.counts(tokens));
    }

    /** How many tokens are known. */
    public int size() {
        return ask(TokenTable::size);
    }
}

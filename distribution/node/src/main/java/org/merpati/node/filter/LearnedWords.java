package org.merpati.node.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.directory.SideTable;
import org.merpati.filter.bayes.Counts;
import org.merpati.filter.bayes.Lesson;
import org.merpati.filter.bayes.TokenTable;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/** What everybody has taught the mail filter, in a table beside the directory; a change is a number of lessons. */
public final class LearnedWords implements SideTable {
    static final String NAME = "words";

    private TokenTable table = new TokenTable();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized void change(byte[] change) {
        List<Lesson> lessons = new ArrayList<>();
        BinaryReader from = new BinaryReader(change);
        for (int left = from.count(); left > 0; left--) {
            lessons.add(Lesson.read(from));
        }
        for (Lesson lesson : lessons) {
            table.learn(lesson);
        }
    }

    @Override
    public synchronized byte[] write() {
        BinaryWriter to = new BinaryWriter(1 << 16);
        table.write(to);
        return to.toByteArray();
    }

    @Override
    public synchronized void read(byte[] octets) {
        table = TokenTable.read(new BinaryReader(octets), TokenTable.DEFAULT_LIMIT);
    }

    @Override
    public synchronized void clear() {
        table = new TokenTable();
    }

    /** How often tokens were seen, as far as this node knows. */
    public synchronized Counts counts(long[] tokens) {
        return table.counts(tokens);
    }

    /** How many tokens are known. */
    public synchronized int size() {
        return table.size();
    }
}

package org.merpati.node.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.filter.known.Correspondents;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/** To whom our people have written, in a table beside the directory; a change is a day and the letters written then. */
public final class KnownCorrespondents extends FilterTable<Correspondents> {
    static final String NAME = "correspondents";

    public KnownCorrespondents() {
        super(
                NAME,
                Correspondents::new,
                Correspondents::write,
                from -> Correspondents.read(from, Correspondents.DEFAULT_LIMIT));
    }

    /** The change that letters make. */
    static byte[] change(List<Long> pairs, int day) {
        BinaryWriter change =
                new BinaryWriter(16 + pairs.size() * 8).varint(day).varint(pairs.size());
        pairs.forEach(change::i64);
        return change.toByteArray();
    }

    @Override
    void change(Correspondents table, BinaryReader change) {
        int day = change.count();
        List<Long> pairs = new ArrayList<>();
        for (int left = change.count(); left > 0; left--) {
            pairs.add(change.i64());
        }
        table.wrote(pairs, day);
    }

    /** The day of the last letter of a pair, as far as this node knows. */
    public int last(long pair) {
        return ask(table -> table.last(pair));
    }
}

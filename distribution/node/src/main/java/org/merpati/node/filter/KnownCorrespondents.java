package org.merpati.node.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.directory.SideTable;
import org.merpati.filter.known.Correspondents;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/** To whom our people have written, in a table beside the directory; a change is a day and the letters written then. */
public final class KnownCorrespondents implements SideTable {
    static final String NAME = "correspondents";

    private Correspondents table = new Correspondents();

    /** The change that letters make. */
    static byte[] change(List<Long> pairs, int day) {
        BinaryWriter change =
                new BinaryWriter(16 + pairs.size() * 8).varint(day).varint(pairs.size());
        pairs.forEach(change::i64);
        return change.toByteArray();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized void change(byte[] change) {
        BinaryReader from = new BinaryReader(change);
        int day = from.count();
        List<Long> pairs = new ArrayList<>();
        for (int left = from.count(); left > 0; left--) {
            pairs.add(from.i64());
        }
        table.wrote(pairs, day);
    }

    @Override
    public synchronized byte[] write() {
        BinaryWriter to = new BinaryWriter(1 << 16);
        table.write(to);
        return to.toByteArray();
    }

    @Override
    public synchronized void read(byte[] octets) {
        table = Correspondents.read(new BinaryReader(octets), Correspondents.DEFAULT_LIMIT);
    }

    @Override
    public synchronized void clear() {
        table = new Correspondents();
    }

    /** The day of the last letter of a pair, as far as this node knows. */
    public synchronized int last(long pair) {
        return table.last(pair);
    }
}

package org.merpati.node.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.directory.SideTable;
import org.merpati.filter.waves.Sighting;
import org.merpati.filter.waves.WaveTable;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/** The waves of spam that were reported, in a table beside the directory; a change is a number of sightings. */
public final class KnownWaves implements SideTable {
    static final String NAME = "waves";

    private WaveTable table = new WaveTable();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized void change(byte[] change) {
        List<Sighting> sightings = new ArrayList<>();
        BinaryReader from = new BinaryReader(change);
        for (int left = from.count(); left > 0; left--) {
            sightings.add(Sighting.read(from));
        }
        sightings.forEach(table::take);
    }

    @Override
    public synchronized byte[] write() {
        BinaryWriter to = new BinaryWriter(1 << 16);
        table.write(to);
        return to.toByteArray();
    }

    @Override
    public synchronized void read(byte[] octets) {
        table = WaveTable.read(new BinaryReader(octets), WaveTable.DEFAULT_LIMIT);
    }

    @Override
    public synchronized void clear() {
        table = new WaveTable();
    }

    /** How much was reported of a sketch, as far as this node knows. */
    public synchronized int weight(long[] sketch, int today) {
        return table.weight(sketch, today);
    }
}

package org.merpati.node.filter;

import java.util.ArrayList;
import java.util.List;
import org.merpati.filter.waves.Sighting;
import org.merpati.filter.waves.WaveTable;
import org.merpati.kernel.BinaryReader;

/** The waves of spam that were reported, in a table beside the directory; a change is a number of sightings. */
public final class KnownWaves extends FilterTable<WaveTable> {
    static final String NAME = "waves";

    public KnownWaves() {
        super(NAME, WaveTable::new, WaveTable::write, from -> WaveTable.read(from, WaveTable.DEFAULT_LIMIT));
    }

    @Override
    void change(WaveTable table, BinaryReader change) {
        List<Sighting> sightings = new ArrayList<>();
        for (int left = change.count(); left > 0; left--) {
            sightings.add(Sighting.read(change));
        }
        sightings.forEach(table::take);
    }

    /** How much was reported of a sketch, as far as this node knows. */
    public int weight(long[] sketch, int today) {
        return ask(table -> table.weight(sketch, today));
    }
}

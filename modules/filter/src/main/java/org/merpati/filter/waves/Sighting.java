package org.merpati.filter.waves;

import java.util.ArrayList;
import java.util.List;
import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;
import org.merpati.kernel.Malformed;

/**
 * What somebody said of a message: that it is of a wave that nobody wants, or that it is not after all.
 *
 * @param reporter a digest of who said so
 * @param weight how many reporters it counts for: a trap has more than a person; 0 takes back what was said
 * @param sketches as {@link Fingerprints#of} makes them
 * @param day on which it was said, since 1970 (UTC)
 */
public record Sighting(long reporter, int weight, List<long[]> sketches, int day) {
    private static final int VERSION = 1;
    private static final int WEIGHT_LIMIT = 100;

    public Sighting {
        sketches = List.copyOf(sketches);
    }

    /** Writes the binary form, with its version. */
    public void write(BinaryWriter to) {
        to.u8(VERSION).i64(reporter).u8(weight).varint(day).varint(sketches.size());
        for (long[] sketch : sketches) {
            for (long band : sketch) {
                to.i64(band);
            }
        }
    }

    /**
     * Reads the binary form.
     *
     * @throws Malformed if it is not one, or of an unknown version
     */
    public static Sighting read(BinaryReader from) {
        int version = from.u8();
        if (version != VERSION) {
            throw new Malformed("a sighting of version " + version + " is not known here");
        }
        long reporter = from.i64();
        int weight = from.u8();
        int day = from.count();
        int count = from.count();
        if (count > Fingerprints.LIMIT || weight > WEIGHT_LIMIT) {
            throw new Malformed("a sighting of " + count + " sketches that weighs " + weight + " is too much");
        }
        List<long[]> sketches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long[] sketch = new long[Sketch.BANDS];
            for (int band = 0; band < sketch.length; band++) {
                sketch[band] = from.i64();
            }
            sketches.add(sketch);
        }
        return new Sighting(reporter, weight, sketches, day);
    }
}

package org.merpati.filter.waves;

import java.util.ArrayList;
import java.util.List;
import org.merpati.filter.Suspect;
import org.merpati.mime.MessageText;
import org.merpati.mime.Part;
import org.merpati.mime.TransferEncoding;

/**
 * What marks a message of a wave: a sketch of its text, as words without numbers, case and what stands between them,
 * and one of each file that comes with it. Messages that are nearly equal share most numbers of a sketch.
 */
public final class Fingerprints {
    /** How many sketches are taken of one message. */
    static final int LIMIT = 8;

    private static final int WORDS_LIMIT = 20_000;
    /** A text with fewer shingles is too short to be told from another. */
    private static final int LEAST_SHINGLES = 20;

    private static final int SHINGLE = 3;
    private static final int LEAST_OCTETS = 1_024;
    private static final int LEAST_CHUNKS = 2;
    /** A chunk ends where so many bits of the rolling value are nought: every 256 octets or so. */
    private static final long CHUNK_MASK = 0xff;

    private static final int PARTS_LIMIT = 100;
    private static final long TEXT = 0x7465787400000000L;
    private static final long FILE = 0x66696c6500000000L;

    private Fingerprints() {}

    /** The sketches of a message, the text's first; none where there is too little to go by. */
    public static List<long[]> of(Suspect suspect) {
        List<long[]> sketches = new ArrayList<>();
        byte[] octets = suspect.beginning();
        Sketch text = text(MessageText.body(octets, suspect.structure()));
        if (text.features() >= LEAST_SHINGLES) {
            sketches.add(text.bands(TEXT));
        }
        files(octets, suspect.structure(), sketches, PARTS_LIMIT);
        return sketches;
    }

    private static Sketch text(String text) {
        Sketch sketch = new Sketch();
        long[] last = new long[SHINGLE];
        int words = 0;
        long word = 0;
        for (int i = 0; i <= text.length() && words < WORDS_LIMIT; i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (Character.isLetter(c)) {
                word = Sketch.mix(word ^ Character.toLowerCase(c));
            } else if (word != 0 && !Character.isDigit(c)) {
                last[words++ % SHINGLE] = word;
                word = 0;
                if (words >= SHINGLE) {
                    sketch.add(shingle(last, words));
                }
            }
        }
        return sketch;
    }

    private static long shingle(long[] last, int words) {
        long digest = 0;
        for (int back = SHINGLE; back > 0; back--) {
            digest = Sketch.mix(digest * 31 + last[(words - back) % SHINGLE]);
        }
        return digest;
    }

    /** Adds the sketches of the files in a part; returns how many more parts may be looked at. */
    private static int files(byte[] octets, Part part, List<long[]> sketches, int parts) {
        int left = parts - 1;
        for (Part child : part.children()) {
            if (left > 0) {
                left = files(octets, child, sketches, left);
            }
        }
        boolean leaf = part.children().isEmpty() && !part.type().equals("text");
        if (leaf && sketches.size() < LIMIT) {
            byte[] content = TransferEncoding.decode(part.encoding(), octets, part.bodyStart(), part.bodyEnd());
            Sketch sketch = chunks(content);
            if (content.length >= LEAST_OCTETS && sketch.features() >= LEAST_CHUNKS) {
                sketches.add(sketch.bands(FILE));
            }
        }
        return left;
    }

    /** A file as pieces that end where its octets say so: an insertion moves one piece and not all behind it. */
    private static Sketch chunks(byte[] content) {
        Sketch sketch = new Sketch();
        long rolling = 0;
        long digest = 0;
        for (byte octet : content) {
            rolling = (rolling << 1) + Sketch.mix(octet);
            digest = Sketch.mix(digest ^ (octet & 0xff));
            if (((rolling >>> 40) & CHUNK_MASK) == 0) {
                sketch.add(digest);
                digest = 0;
            }
        }
        if (digest != 0) {
            sketch.add(digest);
        }
        return sketch;
    }
}

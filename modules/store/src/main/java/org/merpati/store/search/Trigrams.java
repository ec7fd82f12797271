package org.merpati.store.search;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.util.BytesRef;

/**
 * Each three UTF-16 units in a row of a text, as six octets. A text that holds another of at least three units has all
 * of its trigrams, so that the trigrams leave out no message that holds it.
 */
final class Trigrams extends TokenStream {
    /** The units of a gram; shorter needles have none. */
    static final int LENGTH = 3;

    private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
    private final BytesRef octets = new BytesRef(new byte[2 * LENGTH]);
    private final CharSequence text;
    private int at;

    Trigrams(CharSequence text) {
        this.text = text;
    }

    @Override
    public boolean incrementToken() {
        if (at + LENGTH > text.length()) {
            return false;
        }
        clearAttributes();
        fill(octets, text, at++);
        term.setBytesRef(octets);
        return true;
    }

    @Override
    public void reset() {
        at = 0;
    }

    private static void fill(BytesRef octets, CharSequence text, int at) {
        octets.offset = 0;
        octets.length = 2 * LENGTH;
        for (int i = 0; i < LENGTH; i++) {
            char unit = text.charAt(at + i);
            octets.bytes[2 * i] = (byte) (unit >> 8);
            octets.bytes[2 * i + 1] = (byte) unit;
        }
    }

    /** The trigrams of a needle; of a long one, as many as given, spread over it. */
    static List<BytesRef> of(String needle, int limit) {
        List<BytesRef> grams = new ArrayList<>();
        int count = needle.length() - LENGTH + 1;
        int taken = Math.min(count, limit);
        for (int i = 0; i < taken; i++) {
            BytesRef gram = new BytesRef(new byte[2 * LENGTH]);
            fill(gram, needle, (int) ((long) i * (count - 1) / Math.max(1, taken - 1)));
            grams.add(gram);
        }
        return grams;
    }
}

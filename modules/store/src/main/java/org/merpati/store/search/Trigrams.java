package org.merpati.store.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.util.BytesRef;

/**
 * Each three UTF-16 units in a row of a text, as six octets, and few of them more than once. A text that holds another
 * of at least three units has all of its trigrams, so that the trigrams leave out no message that holds it.
 */
final class Trigrams extends TokenStream {
    /** The units of a gram; shorter needles have none. */
    static final int LENGTH = 3;

    private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
    private final BytesRef octets = new BytesRef(new byte[2 * LENGTH]);
    private final CharSequence text;
    private final Seen seen;
    private int at;

    Trigrams(CharSequence text) {
        this.text = text;
        this.seen = new Seen(text.length());
    }

    @Override
    public boolean incrementToken() {
        while (at + LENGTH <= text.length()) {
            int start = at++;
            if (seen.add(text.charAt(start), text.charAt(start + 1), text.charAt(start + 2))) {
                clearAttributes();
                fill(octets, text, start);
                term.setBytesRef(octets);
                return true;
            }
        }
        return false;
    }

    @Override
    public void reset() {
        at = 0;
        seen.clear();
    }

    /**
     * The trigrams that were given: a language has few, and the index would take each of them again by looking it up
     * among all that it holds. Beyond its limit it forgets some.
     */
    private static final class Seen {
        private static final int LIMIT = 1 << 16;

        /** Each at the place of its hash, plus one: 0 is no trigram. */
        private final long[] grams;

        Seen(int units) {
            grams = new long[Math.min(LIMIT, Integer.highestOneBit(Math.max(1, units)) << 2)];
        }

        void clear() {
            Arrays.fill(grams, 0);
        }

        /** Takes a trigram, for another if they share a place; false if it is there. */
        boolean add(char first, char second, char third) {
            long gram = (((long) first << 32) | ((long) second << 16) | third) + 1;
            int place = (int) ((gram * 0x9E3779B97F4A7C15L) >>> 40) & (grams.length - 1);
            boolean fresh = grams[place] != gram;
            grams[place] = gram;
            return fresh;
        }
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

package org.merpati.kernel;

import java.util.Locale;

/**
 * A 128-bit, time-ordered identifier: 48 bits of UTC milliseconds, then 80 random bits. Never reused, never derived
 * from a name. Its text is 26 characters of Crockford's base 32, in which text order is time order.
 */
public record Id(long high, long low) implements Comparable<Id> {
    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final int TEXT_LENGTH = 26;
    /** The length of the binary form in octets. */
    public static final int BYTES = 16;

    /** The time of making, in UTC milliseconds. */
    public long millis() {
        return high >>> 16;
    }

    /**
     * Reads the text form.
     *
     * @throws Malformed if the text is not 26 characters of the alphabet
     */
    public static Id parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            throw new Malformed("an id has " + TEXT_LENGTH + " characters, not " + text.length());
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < TEXT_LENGTH; i++) {
            int digit = digit(text.charAt(i));
            high = (high << 5) | (low >>> 59);
            low = (low << 5) | digit;
        }
        return new Id(high, low);
    }

    private static int digit(char c) {
        String alphabet = String.valueOf(ALPHABET);
        int digit = alphabet.indexOf(String.valueOf(c).toLowerCase(Locale.ROOT));
        if (digit < 0) {
            throw new Malformed("an id has no character '" + c + "'");
        }
        return digit;
    }

    @Override
    public int compareTo(Id other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        char[] text = new char[TEXT_LENGTH];
        long h = high;
        long l = low;
        for (int i = TEXT_LENGTH - 1; i >= 0; i--) {
            text[i] = ALPHABET[(int) (l & 31)];
            l = (l >>> 5) | (h << 59);
            h >>>= 5;
        }
        return new String(text);
    }
}

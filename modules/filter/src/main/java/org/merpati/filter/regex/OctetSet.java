package org.merpati.filter.regex;

import java.util.Arrays;
import java.util.Locale;

/** A set of octets. */
final class OctetSet {
    static final int SIZE = 256;

    private static final int WORDS = SIZE / Long.SIZE;
    private static final OctetSet NONE = new OctetSet(new long[WORDS]);
    private static final OctetSet[] SINGLE = single();

    private final long[] words;

    private OctetSet(long[] words) {
        this.words = words;
    }

    private static OctetSet[] single() {
        OctetSet[] each = new OctetSet[SIZE];
        for (int octet = 0; octet < SIZE; octet++) {
            each[octet] = NONE.with(octet, octet);
        }
        return each;
    }

    /** A set that grows. */
    static final class Builder {
        private final long[] words = new long[WORDS];

        void add(OctetSet set) {
            for (int i = 0; i < WORDS; i++) {
                words[i] |= set.words[i];
            }
        }

        private void add(int octet) {
            words[octet >> 6] |= 1L << (octet & 63);
        }

        /** The set; nothing may be added behind it. */
        OctetSet done() {
            return new OctetSet(words);
        }
    }

    static OctetSet none() {
        return NONE;
    }

    static OctetSet of(int octet) {
        return SINGLE[octet];
    }

    static OctetSet range(int from, int to) {
        return none().with(from, to);
    }

    boolean has(int octet) {
        return (words[octet >> 6] >>> (octet & 63) & 1) != 0;
    }

    /** 64 octets, from 64 times a number on. */
    long word(int number) {
        return words[number];
    }

    boolean meets(OctetSet other) {
        for (int i = 0; i < words.length; i++) {
            if ((words[i] & other.words[i]) != 0) {
                return true;
            }
        }
        return false;
    }

    OctetSet with(int from, int to) {
        long[] more = words.clone();
        for (int i = from; i <= to; i++) {
            more[i >> 6] |= 1L << (i & 63);
        }
        return new OctetSet(more);
    }

    OctetSet or(OctetSet other) {
        long[] more = words.clone();
        for (int i = 0; i < more.length; i++) {
            more[i] |= other.words[i];
        }
        return new OctetSet(more);
    }

    OctetSet not() {
        long[] others = new long[WORDS];
        for (int i = 0; i < others.length; i++) {
            others[i] = ~words[i];
        }
        return new OctetSet(others);
    }

    /** With the other case of each letter, also of those beyond ASCII. */
    OctetSet anyCase() {
        Builder more = new Builder();
        more.add(this);
        for (int i = 0; i < SIZE; i++) {
            if (has(i)) {
                more.add(otherCase(i));
            }
        }
        return more.done();
    }

    /** The other case of a letter, or itself. */
    static int otherCase(int octet) {
        boolean small = (octet >= 'a' && octet <= 'z') || (octet >= 0xe0 && octet <= 0xfe && octet != 0xf7);
        boolean large = (octet >= 'A' && octet <= 'Z') || (octet >= 0xc0 && octet <= 0xde && octet != 0xd7);
        return small ? octet - 32 : large ? octet + 32 : octet;
    }

    int size() {
        int size = 0;
        for (long word : words) {
            size += Long.bitCount(word);
        }
        return size;
    }

    /** The first octet; there is one. */
    int first() {
        for (int i = 0; i < WORDS; i++) {
            if (words[i] != 0) {
                return i * Long.SIZE + Long.numberOfTrailingZeros(words[i]);
            }
        }
        throw new IllegalStateException("the set is empty");
    }

    /** As Java writes it. */
    String java() {
        if (size() == 1) {
            return escape(first());
        }
        StringBuilder text = new StringBuilder("[");
        int i = 0;
        while (i < SIZE) {
            if (!has(i)) {
                i++;
                continue;
            }
            int end = i;
            while (end + 1 < SIZE && has(end + 1)) {
                end++;
            }
            text.append(escape(i));
            if (end > i) {
                text.append(end > i + 1 ? "-" : "").append(escape(end));
            }
            i = end + 1;
        }
        return text.length() == 1 ? "(?!)" : text.append(']').toString();
    }

    private static String escape(int octet) {
        boolean plain =
                (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
        return plain ? String.valueOf((char) octet) : String.format(Locale.ROOT, "\\x%02X", octet);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OctetSet set && Arrays.equals(words, set.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }
}

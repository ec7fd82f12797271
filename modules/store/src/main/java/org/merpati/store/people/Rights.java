package org.merpati.store.people;

import org.merpati.kernel.Malformed;

/**
 * What somebody may do with a mailbox (RFC 4314 §2.1).
 *
 * @param bits a bit for each right, at its place in {@link #LETTERS}
 */
public record Rights(int bits) {
    /** The letters of all rights, in the order in which they are written. */
    public static final String LETTERS = "lrswipkxtea";

    /** No right at all. */
    public static final Rights NONE = new Rights(0);

    /** Every right: an owner has them. */
    public static final Rights ALL = new Rights((1 << LETTERS.length()) - 1);

    public Rights {
        if (bits < 0 || bits >= 1 << LETTERS.length()) {
            throw new IllegalArgumentException("there are no rights " + bits);
        }
    }

    /**
     * Reads letters in any order; the obsolete {@code c} means k and x, {@code d} means t and e (RFC 4314 §2.1.1).
     *
     * @throws Malformed if a letter is no right (RFC 4314 §3.1)
     */
    public static Rights parse(String letters) {
        int bits = 0;
        for (int i = 0; i < letters.length(); i++) {
            bits |= switch (letters.charAt(i)) {
                case 'c' -> bit('k') | bit('x');
                case 'd' -> bit('t') | bit('e');
                default -> bit(letters.charAt(i));
            };
        }
        return new Rights(bits);
    }

    private static int bit(char letter) {
        int place = LETTERS.indexOf(letter);
        if (place < 0) {
            throw new Malformed("there is no right of the letter " + (letter > ' ' && letter < 127 ? letter : '?'));
        }
        return 1 << place;
    }

    /** Whether the right of that letter is one of these. */
    public boolean has(char letter) {
        return (bits & bit(letter)) != 0;
    }

    public boolean isEmpty() {
        return bits == 0;
    }

    /** These and those. */
    public Rights plus(Rights others) {
        return new Rights(bits | others.bits);
    }

    /** These without those. */
    public Rights minus(Rights others) {
        return new Rights(bits & ~others.bits);
    }

    /** The letters, in their order. */
    @Override
    public String toString() {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            if ((bits & 1 << i) != 0) {
                letters.append(LETTERS.charAt(i));
            }
        }
        return letters.toString();
    }
}

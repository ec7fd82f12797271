package org.merpati.imap.sort;

import java.text.Normalizer;

/** The order of texts (RFC 5051 i;unicode-casemap): titles of all letters, decomposed. */
public final class Collation {
    private Collation() {}

    /** A text whose order is that of the original. */
    public static String fold(String text) {
        boolean ascii = true;
        StringBuilder titles = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            ascii &= c < 128;
            titles.appendCodePoint(Character.toTitleCase(c));
            i += Character.charCount(c);
        }
        return ascii ? titles.toString() : Normalizer.normalize(titles, Normalizer.Form.NFKD);
    }
}

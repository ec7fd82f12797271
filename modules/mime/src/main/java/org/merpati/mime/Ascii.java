package org.merpati.mime;

/** Case of ASCII letters alone: in raw texts every other character is an octet that must stay. */
public final class Ascii {
    private Ascii() {}

    /** With A to Z made small. */
    public static String lower(String text) {
        return turn(text, 'A', 'Z');
    }

    /** With a to z made capital. */
    public static String upper(String text) {
        return turn(text, 'a', 'z');
    }

    private static String turn(String text, char first, char last) {
        int i = 0;
        while (i < text.length() && (text.charAt(i) < first || text.charAt(i) > last)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        char[] turned = text.toCharArray();
        for (; i < turned.length; i++) {
            if (turned[i] >= first && turned[i] <= last) {
                turned[i] = (char) (turned[i] ^ 0x20);
            }
        }
        return new String(turned);
    }
}

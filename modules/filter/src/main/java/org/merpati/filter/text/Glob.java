package org.merpati.filter.text;

/** Patterns in which {@code *} stands for any characters and {@code ?} for one. */
public final class Glob {
    private Glob() {}

    /** Whether a pattern is all of a text. */
    public static boolean matches(String pattern, String text) {
        int at = 0;
        int in = 0;
        int star = -1;
        int retry = 0;
        while (in < text.length()) {
            char c = at < pattern.length() ? pattern.charAt(at) : 0;
            if (c == '*' && at < pattern.length()) {
                star = at++;
                retry = in;
            } else if (at < pattern.length() && (c == '?' || c == text.charAt(in))) {
                at++;
                in++;
            } else if (star >= 0) {
                at = star + 1;
                in = ++retry;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }
}

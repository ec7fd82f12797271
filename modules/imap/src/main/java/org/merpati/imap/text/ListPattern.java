package org.merpati.imap.text;

/** A pattern of LIST with {@code *} and {@code %}; INBOX matches in any case. Linear in pattern times name. */
public final class ListPattern {
    private final String text;

    public ListPattern(String text) {
        this.text = text;
    }

    /** Whether it may match a level and not what is below it. */
    public boolean level() {
        return text.indexOf('%') >= 0;
    }

    public boolean matches(String name) {
        boolean inbox = name.equals("INBOX") || name.startsWith("INBOX/");
        boolean[] reach = new boolean[name.length() + 1];
        reach[0] = true;
        for (int p = 0; p < text.length(); p++) {
            step(text.charAt(p), name, inbox ? "INBOX".length() : 0, reach);
        }
        return reach[name.length()];
    }

    /** From the places that could be reached before a character of the pattern, those behind it. */
    private static void step(char c, String name, int loose, boolean[] reach) {
        if (c == '*' || c == '%') {
            for (int i = 1; i < reach.length; i++) {
                reach[i] |= reach[i - 1] && (c == '*' || name.charAt(i - 1) != '/');
            }
        } else {
            char capital = Character.toUpperCase(c);
            for (int i = reach.length - 1; i > 0; i--) {
                reach[i] = reach[i - 1] && name.charAt(i - 1) == (i <= loose ? capital : c);
            }
            reach[0] = false;
        }
    }
}

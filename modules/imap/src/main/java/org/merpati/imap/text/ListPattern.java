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

    /** Whether levels are asked for that are no mailboxes (RFC 3501 §6.3.8). */
    public boolean endsInLevel() {
        return text.endsWith("%");
    }

    /** Whether it may match a name that begins so. */
    public boolean matchesBelow(String beginning) {
        boolean[] reach = new boolean[beginning.length() + 1];
        reach[0] = true;
        boolean reached = false;
        for (int p = 0; p < text.length() && !reached; p++) {
            step(text.charAt(p), beginning, 0, reach);
            reached = reach[beginning.length()];
        }
        return reached;
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

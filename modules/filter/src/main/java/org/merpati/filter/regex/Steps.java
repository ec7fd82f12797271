package org.merpati.filter.regex;

/** How much work the expressions may make on one message. For use by one thread. */
public final class Steps {
    /** The octets that one search may look at. */
    public static final int SEARCH_LIMIT = 2_000_000;

    /** The octets that all searches of a message may look at. */
    public static final long MESSAGE_LIMIT = 40_000_000;

    private long left = MESSAGE_LIMIT;
    private int search;
    private boolean exceeded;

    /** Thrown inside a search to end it. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exceeded() {
            super("a search was ended", null, false, false);
        }
    }

    void begin() {
        search = SEARCH_LIMIT;
    }

    void step() {
        if (--search < 0 || --left < 0) {
            exceeded = true;
            throw new Exceeded();
        }
    }

    void exceed() {
        exceeded = true;
    }

    /** Whether a search was ended since this was last asked. */
    public boolean exceeded() {
        boolean was = exceeded;
        exceeded = false;
        return was;
    }

    /** A text that counts how often it is looked at. */
    record Text(String text, Steps steps) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            steps.step();
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}

package org.merpati.filter.rules;

/**
 * A rule.
 *
 * @param score what it adds when it hits; 0 if it serves other rules only
 * @param most how often it may hit in a message
 * @param subject whether the subject is looked at as part of the body
 * @param net whether it needs the network
 */
record Rule(
        String name, Test test, double score, int most, boolean subject, boolean net, String description, Place place) {
    /** Where it stands. */
    record Place(String file, int line) {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /** Whether it serves other rules only. */
    boolean part() {
        return name.startsWith("__");
    }
}

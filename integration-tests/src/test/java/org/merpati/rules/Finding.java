package org.merpati.rules;

/** One place where a source breaks a rule; the line counts from 1. */
record Finding(String path, long line, String rule, String sentence) {
    @Override
    public String toString() {
        return path + ":" + line + " [" + rule + "] " + sentence;
    }
}

package org.merpati.kernel;

/**
 * The three kinds of failure that a dialogue may answer with. They carry a sentence for the peer and no stack trace;
 * whatever else is thrown is a bug.
 */
public abstract sealed class Failure extends RuntimeException permits Malformed, Refused, TryLater {
    private static final long serialVersionUID = 1;

    Failure(String sentence) {
        super(sentence, null, false, false);
    }

    /** What went wrong, in a sentence for the peer. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}

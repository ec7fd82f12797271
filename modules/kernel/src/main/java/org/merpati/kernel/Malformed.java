package org.merpati.kernel;

/** The input breaks its grammar: IMAP {@code BAD}, SMTP {@code 501}. */
public final class Malformed extends Failure {
    private static final long serialVersionUID = 1;

    public Malformed(String sentence) {
        super(sentence);
    }
}

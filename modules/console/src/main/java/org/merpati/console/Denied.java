package org.merpati.console;

/** A request that is answered with an HTTP status of the 4xx or 5xx kind and one sentence. */
final class Denied extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    Denied(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    static Denied notSignedIn() {
        return new Denied(401, "you are not signed in: sign in first");
    }
}

package org.merpati.kernel;

import java.util.Arrays;

/** The request is understood and will not be done: IMAP {@code NO}, SMTP {@code 5xx}. */
public final class Refused extends Failure {
    private static final long serialVersionUID = 1;

    /** Why, in the terms that protocols have codes for (RFC 5530, RFC 3463). */
    public enum Reason {
        /** The thing named does not exist. */
        NONEXISTENT,
        /** The thing to be made exists. */
        ALREADY_EXISTS,
        /** The account would exceed its quota. */
        OVER_QUOTA,
        /** The rights do not suffice. */
        NO_PERMISSION,
        /** It can never be done to this thing. */
        CANNOT,
        /** A limit of the server is exceeded. */
        LIMIT,
        /** Name or password are wrong. */
        AUTHENTICATION_FAILED,
        /** An account must do something first (change its password). */
        EXPIRED;

        /** The reason of that {@link #name}; one that only a newer node knows is {@link #CANNOT}. */
        public static Reason named(String name) {
            return Arrays.stream(values())
                    .filter(reason -> reason.name().equals(name))
                    .findFirst()
                    .orElse(CANNOT);
        }
    }

    private final Reason reason;

    public Refused(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}

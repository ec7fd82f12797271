package org.merpati.imap;

import org.merpati.kernel.Refused;

/** The tagged answer to a command without its tag (RFC 9051 §7.1): OK, NO or BAD, and a text. */
record Answer(String text) {
    static Answer ok(String text) {
        return new Answer("OK " + text);
    }

    static Answer no(String text) {
        return new Answer("NO " + text);
    }

    static Answer bad(String text) {
        return new Answer("BAD " + text);
    }

    /** A refusal with its code of RFC 5530. */
    static Answer of(Refused refused) {
        String code = switch (refused.reason()) {
            case NONEXISTENT -> "NONEXISTENT";
            case ALREADY_EXISTS -> "ALREADYEXISTS";
            case OVER_QUOTA -> "OVERQUOTA";
            case NO_PERMISSION -> "NOPERM";
            case CANNOT -> "CANNOT";
            case LIMIT -> "LIMIT";
            case AUTHENTICATION_FAILED -> "AUTHENTICATIONFAILED";
            case EXPIRED -> "EXPIRED";
        };
        return no("[" + code + "] " + refused.sentence());
    }
}

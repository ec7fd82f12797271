package org.merpati.imap.text;

import org.merpati.kernel.Refused;

/**
 * The tagged answer to a command without its tag (RFC 9051 §7.1): OK, NO or BAD, and a text.
 *
 * @param highest whether the answer names the highest MODSEQ that the client was told of (RFC 7162 §3.2.7)
 */
public record Answer(String text, boolean highest) {
    private static final String OK = "OK ";

    public static Answer ok(String text) {
        return new Answer(OK + text, false);
    }

    public static Answer no(String text) {
        return new Answer("NO " + text, false);
    }

    public static Answer bad(String text) {
        return new Answer("BAD " + text, false);
    }

    /** OK with the highest MODSEQ, where the client has switched that on. */
    public static Answer okHighest(boolean enabled) {
        return new Answer("OK done", enabled);
    }

    /** This with the highest MODSEQ, if it is to be named. */
    public Answer with(long modSeq) {
        return !highest ? this : ok("[HIGHESTMODSEQ " + modSeq + "] " + text.substring(OK.length()));
    }

    /** A refusal with its code of RFC 5530. */
    public static Answer of(Refused refused) {
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

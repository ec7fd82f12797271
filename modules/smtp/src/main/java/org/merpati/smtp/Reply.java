package org.merpati.smtp;

import org.merpati.kernel.Failure;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;

/** An SMTP reply (RFC 5321 §4.2): the code, and the text with its enhanced status code (RFC 3463) where it has one. */
public record Reply(int code, String text) {
    /** It is done. */
    public boolean positive() {
        return code >= 200 && code < 400;
    }

    /** It cannot be done now. */
    public boolean transientNegative() {
        return code >= 400 && code < 500;
    }

    /** It cannot be done. */
    public boolean permanentNegative() {
        return code >= 500;
    }

    /** The enhanced status code that the text begins with, or one that fits the code. */
    public String status() {
        int space = text.indexOf(' ');
        String first = space < 0 ? text : text.substring(0, space);
        return first.matches("[245]\\.\\d{1,3}\\.\\d{1,3}") ? first : code / 100 + ".0.0";
    }

    /** The reply that a failure stands for. */
    public static Reply of(Failure failure) {
        return switch (failure) {
            case Malformed malformed -> new Reply(501, "5.5.4 " + malformed.sentence());
            case TryLater later ->
                later.moved().map(NodeParameters::moved).orElseGet(() -> new Reply(451, "4.3.0 " + later.sentence()));
            case Refused refused ->
                switch (refused.reason()) {
                    case NONEXISTENT -> new Reply(550, "5.1.1 " + refused.sentence());
                    case OVER_QUOTA -> new Reply(452, "4.2.2 " + refused.sentence());
                    case LIMIT -> new Reply(552, "5.3.4 " + refused.sentence());
                    case AUTHENTICATION_FAILED, EXPIRED -> new Reply(535, "5.7.8 " + refused.sentence());
                    case NO_PERMISSION -> new Reply(550, "5.7.1 " + refused.sentence());
                    case ALREADY_EXISTS, CANNOT -> new Reply(554, "5.6.0 " + refused.sentence());
                };
        };
    }

    @Override
    public String toString() {
        return code + " " + text;
    }
}

package org.merpati.mta;

import org.merpati.kernel.MailId;

/**
 * What an attempt came to for one recipient.
 *
 * @param place the recipient's place in the envelope
 * @param next when to try again, in UTC milliseconds; of meaning for DEFERRED only
 * @param reply what was answered
 */
public record Outcome(MailId mail, int place, Result result, long next, String reply) {
    /** The kinds. */
    public enum Result {
        DELIVERED,
        DEFERRED,
        BOUNCED;

        /** The word of the mail log. */
        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

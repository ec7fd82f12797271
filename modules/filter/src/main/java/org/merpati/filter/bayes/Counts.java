package org.merpati.filter.bayes;

import org.merpati.kernel.Malformed;

/**
 * How often tokens were seen.
 *
 * @param hams the messages learned as ham in all
 * @param spams the messages learned as spam in all
 * @param ham for each token asked for, in order: the ham messages it was in
 * @param spam likewise the spam messages
 */
public record Counts(int hams, int spams, int[] ham, int[] spam) {
    public Counts {
        if (ham.length != spam.length) {
            throw new Malformed("counts of ham for " + ham.length + " tokens and of spam for " + spam.length);
        }
    }
}

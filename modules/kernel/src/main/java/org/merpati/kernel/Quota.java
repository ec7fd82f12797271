package org.merpati.kernel;

/**
 * How much an account may keep; 0 is no limit.
 *
 * @param octets of all its messages together
 * @param messages how many
 */
public record Quota(long octets, long messages) {
    /** No limit. */
    public static final Quota NONE = new Quota(0, 0);

    /**
     * A quota.
     *
     * @throws Malformed if a limit is negative
     */
    public Quota {
        if (octets < 0 || messages < 0) {
            throw new Malformed("a quota is 0 (no limit) or more");
        }
    }

    /** Whether an account that would keep so much keeps to the quota. */
    public boolean holds(long keptOctets, long keptMessages) {
        return (octets == 0 || keptOctets <= octets) && (messages == 0 || keptMessages <= messages);
    }
}

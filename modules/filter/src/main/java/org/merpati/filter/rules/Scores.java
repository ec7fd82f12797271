package org.merpati.filter.rules;

/** Which of the four scores of a rule holds. */
public enum Scores {
    /** Neither learning nor network. */
    PLAIN,
    /** Network, no learning. */
    NET,
    /** Learning, no network. */
    LEARNED,
    /** Both. */
    LEARNED_NET
}

package org.merpati.filter.bayes;

/** What people say of a message. */
public enum Mark {
    /** It is wanted. */
    HAM,
    /** It is not wanted. */
    SPAM,
    /** Nothing: what was learned from it is to be taken back. */
    NONE
}

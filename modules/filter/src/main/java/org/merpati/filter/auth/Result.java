package org.merpati.filter.auth;

import java.util.Locale;

/** What a check of a sender comes to, in the words of RFC 8601 §2.7. */
public enum Result {
    /** There is nothing to check. */
    NONE,
    PASS,
    FAIL,
    SOFTFAIL,
    NEUTRAL,
    /** Name servers do not answer. */
    TEMPERROR,
    /** What is published or signed is wrong. */
    PERMERROR;

    /** The word. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package org.merpati.store.search;

/** Where in a message a text is looked for (RFC 9051 §6.4.4). */
public enum Where {
    /** In a header field. */
    HEADER,
    /** In the text parts. */
    BODY,
    /** In the header or the text parts. */
    TEXT
}

package org.merpati.filter;

import java.io.IOException;
import java.io.InputStream;

/** All octets of a message, of any length, to be read as often as one likes. */
public interface Content {
    /** The length in octets. */
    long size();

    /**
     * Opens the octets from the first; the caller closes.
     *
     * @throws IOException if they cannot be read
     */
    InputStream open() throws IOException;
}

package org.merpati.mta;

import java.io.IOException;
import java.io.OutputStream;

/** A message's octets, which can be written out more than once. */
interface Content {
    /** The length in octets. */
    int size();

    /** Writes all octets. */
    void writeTo(OutputStream out) throws IOException;
}

package org.merpati.wire;

import java.io.IOException;

/** What a listener does with each connection, on a virtual thread of its own; the connection closes when it returns. */
@FunctionalInterface
public interface Dialogue {
    /**
     * Serves one connection to its end.
     *
     * @throws IOException if the peer goes away; it is not an error
     */
    void serve(Connection connection) throws IOException;
}

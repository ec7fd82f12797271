package org.merpati.smtp;

import java.io.IOException;
import org.merpati.kernel.Address;
import org.merpati.wire.Connection;

/** Takes over a client that has logged in, after the reply that says so: a proxy's way to an MTA. */
@FunctionalInterface
public interface HandOff {
    /** Serves the client to its end. */
    void takeOver(Connection client, Address account) throws IOException;
}

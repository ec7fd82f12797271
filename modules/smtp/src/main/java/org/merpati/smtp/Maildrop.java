package org.merpati.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;

/** A mailbox as POP3 has it (RFC 1939): fixed while a session has it, and nobody else's meanwhile. */
public interface Maildrop extends AutoCloseable {
    /**
     * A message.
     *
     * @param uidl its name for ever (RFC 1939 §7, UIDL)
     * @param octets its size
     */
    record Letter(String uidl, long octets) {}

    /** The messages, in the order of their numbers. */
    List<Letter> letters();

    /**
     * Opens a message.
     *
     * @throws IOException if it cannot be read
     * @throws org.merpati.kernel.Refused if it is gone
     * @throws org.merpati.kernel.TryLater if it cannot be read here now
     */
    InputStream open(String uidl) throws IOException;

    /**
     * Ends the session's work: marks what was read and removes what was deleted. When this returns it is on the disks
     * of a majority.
     *
     * @throws org.merpati.kernel.TryLater if that cannot be done here now; what was deleted may then still be there
     */
    void finish(Set<String> read, Set<String> deleted);

    /** Gives the maildrop up; does not throw. */
    @Override
    void close();
}

package org.merpati.smtp;

import org.merpati.wire.Connection;

/** What a POP3 server asks about somebody who logs in. */
public interface Pop3Door {
    /** Where somebody who has logged in is served. */
    sealed interface Entered {
        /** Here. */
        record Here(Maildrop maildrop) implements Entered {}

        /** At the other end of a connection, on which the answer to the login is the next thing to read. */
        record Elsewhere(Connection owner) implements Entered {}
    }

    /**
     * Judges a login and opens the maildrop.
     *
     * @param authorization whom to act as (RFC 4616); empty for oneself
     * @throws org.merpati.kernel.Refused if name or password are wrong (AUTHENTICATION_FAILED), or another session has
     *     the maildrop (LIMIT)
     * @throws org.merpati.kernel.TryLater if it cannot be judged or opened now
     */
    Entered enter(Connection client, String user, String password, String authorization);
}

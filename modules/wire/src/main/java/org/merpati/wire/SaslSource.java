package org.merpati.wire;

import java.util.Optional;

/** What SASL mechanisms other than PLAIN ask about people. */
public interface SaslSource {
    /** Nobody is known: only PLAIN is offered. */
    SaslSource NONE = new SaslSource() {};

    /** What a SCRAM server keeps of a password (RFC 5802 §3). */
    record ScramKeys(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {}

    /** Whether SCRAM-SHA-256 is offered. */
    default boolean offersScram() {
        return false;
    }

    /** Somebody's keys of SCRAM-SHA-256; plausible ones, which no password fits, of those who have none. */
    default ScramKeys scram(String user) {
        throw new IllegalStateException("SCRAM is not offered here");
    }

    /** Whether OAUTHBEARER and XOAUTH2 are offered. */
    default boolean offersBearer() {
        return false;
    }

    /**
     * Verifies a bearer token.
     *
     * @param user whom the client names; empty if it names nobody
     * @return the name of the account that the token speaks for, or nothing if it is not valid
     */
    default Optional<String> bearer(String user, String token) {
        return Optional.empty();
    }
}

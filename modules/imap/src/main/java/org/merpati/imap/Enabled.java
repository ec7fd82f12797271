package org.merpati.imap;

/** What a client has switched on (RFC 5161, RFC 7162 §3.1); it stays on until the connection ends. */
final class Enabled {
    private boolean modSeq;
    private boolean vanished;

    /** Whether changes are told with their MODSEQ (CONDSTORE). */
    boolean modSeq() {
        return modSeq;
    }

    /** Whether expunges are told by UID (QRESYNC). */
    boolean vanished() {
        return vanished;
    }

    void enableModSeq() {
        modSeq = true;
    }

    /** QRESYNC switches CONDSTORE on too. */
    void enableVanished() {
        modSeq = true;
        vanished = true;
    }
}

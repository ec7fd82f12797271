package org.merpati.imap.state;

/**
 * What a client has switched on (RFC 5161, RFC 6855 §3, RFC 7162 §3.1, RFC 9051 §6.3.1, RFC 9586); it stays on until
 * the client logs off.
 */
public final class Enabled {
    private boolean modSeq;
    private boolean vanished;
    private boolean utf8;
    private boolean rev2;
    private boolean uidOnly;

    /** Whether changes are told with their MODSEQ (CONDSTORE). */
    public boolean modSeq() {
        return modSeq;
    }

    /** Whether expunges are told by UID (QRESYNC, UIDONLY). */
    public boolean vanished() {
        return vanished || uidOnly;
    }

    /** Whether what was missed may be asked for (QRESYNC). */
    public boolean resync() {
        return vanished;
    }

    /** Whether mailbox names are UTF-8 (UTF8=ACCEPT, IMAP4rev2). */
    public boolean utf8() {
        return utf8 || rev2;
    }

    /** Whether SEARCH must be asked without a character set (RFC 6855 §3). */
    public boolean utf8Only() {
        return utf8;
    }

    /** Whether the client speaks IMAP4rev2. */
    public boolean rev2() {
        return rev2;
    }

    /** Whether messages have no sequence numbers (UIDONLY). */
    public boolean uidOnly() {
        return uidOnly;
    }

    public void enableUtf8() {
        utf8 = true;
    }

    public void enableRev2() {
        rev2 = true;
    }

    public void enableUidOnly() {
        uidOnly = true;
    }

    public void enableModSeq() {
        modSeq = true;
    }

    /** QRESYNC switches CONDSTORE on too. */
    public void enableVanished() {
        modSeq = true;
        vanished = true;
    }
}

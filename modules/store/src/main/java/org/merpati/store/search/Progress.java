package org.merpati.store.search;

/**
 * How far an index is with a mailbox: it knows each message whose UID is below a number, and each expunge up to a
 * MODSEQ, under a UIDVALIDITY.
 */
public record Progress(long uidValidity, long uidNext, long modSeq) {
    /** Of a mailbox that the index knows nothing of. */
    public static final Progress NONE = new Progress(0, 1, 0);
}

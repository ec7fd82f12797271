package org.merpati.store;

import java.util.List;
import java.util.SortedSet;

/**
 * A mailbox at one instant: immutable, shared by its readers, in the order of UIDs.
 */
public interface View {
    /** The mailbox's row at that instant. */
    Mailbox mailbox();

    /** How many messages. */
    int size();

    /** The message at a place, from 0. */
    Message message(int place);

    /** The place of a UID, or {@code -(insertion point) - 1} as {@link java.util.Arrays#binarySearch} has it. */
    int place(long uid);

    /** Every keyword that a message of the mailbox has or had. */
    SortedSet<String> keywords();

    /** The UIDs expunged after a MODSEQ, ascending (RFC 7162 VANISHED). */
    List<Long> expungedSince(long modSeq);
}

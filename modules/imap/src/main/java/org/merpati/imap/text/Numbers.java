package org.merpati.imap.text;

/** The messages that a client knows, by number from 1, in the order of their UIDs. */
public interface Numbers {
    /** How many. */
    int size();

    /** The UID behind a number. */
    long uid(int number);

    /** The least number whose UID is not below the given one; beyond the last if there is none. */
    int firstAtLeast(long uid);

    /** The numbers of {@code $}, ascending. */
    int[] saved();
}

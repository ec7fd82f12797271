package org.merpati.directory;

/**
 * A bounded table that lies beside the directory's entries, such as what was learned of mail: equal on every voter,
 * since it is changed through the group's log alone, and copied to each node that follows the feed with a table of its
 * name. Safe for use by many threads.
 */
public interface SideTable {
    /** Its name, the same on all nodes. */
    String name();

    /**
     * Carries out a change. What comes of it follows from the change and the table alone.
     *
     * @throws org.merpati.kernel.Malformed if it is no change of this table; the table is as it was then
     */
    void change(byte[] change);

    /** The binary form of the whole, equal for equal tables. */
    byte[] write();

    /**
     * Becomes what was written.
     *
     * @throws org.merpati.kernel.Malformed if it is not the form of such a table; the table is as it was then
     */
    void read(byte[] octets);

    /** Becomes empty. */
    void clear();
}

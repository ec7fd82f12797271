package org.merpati.journal.level;

import org.merpati.kernel.BinaryReader;
import org.merpati.kernel.BinaryWriter;

/**
 * A program that takes part in groups.
 *
 * @param version as people know it
 * @param level the highest feature level that it knows
 */
public record Release(String version, int level) {
    /** The level of every group that was never raised. */
    public static final int FIRST = 1;

    /** The highest feature level that this program knows: one more with each release that adds commands to a log. */
    public static final int NEWEST = 2;

    /** This program, by its version. */
    public static Release ours(String version) {
        return new Release(version, NEWEST);
    }

    /** Whether it may have a copy of a group at that level. */
    public boolean knows(int group) {
        return group <= level;
    }

    /**
     * Why it may not have a copy of a group.
     *
     * @param raisedBy the program that raised the group to its level
     */
    public String tooOldFor(Release raisedBy) {
        return "the group is at feature level " + raisedBy.level + " since a node with merpati " + raisedBy.version
                + " raised it, and merpati " + version + " knows level " + level + ": install merpati "
                + raisedBy.version + " or newer on this node";
    }

    /** Writes both. */
    public BinaryWriter write(BinaryWriter to) {
        return to.text(version).varint(level);
    }

    /** Reads both. */
    public static Release read(BinaryReader from) {
        return new Release(from.text(), from.count());
    }
}

package org.merpati.vault;

/**
 * Sizes in octets. They decide where files end, so they must be the same on every copy of a group.
 *
 * @param rowBytes rows kept in memory before they are flushed
 * @param blobBytes octets appended to segments before a flush
 * @param segmentBytes a segment is sealed before it grows beyond this
 * @param blockBytes a table's block is closed when it reaches this
 * @param fan how many tables are merged at a time, and how many times larger those of a level may be than those of the
 *     one below
 * @param cachedBlocks decoded blocks kept in memory; of no influence on files
 */
public record VaultLimits(long rowBytes, long blobBytes, long segmentBytes, int blockBytes, int fan, int cachedBlocks) {
    /** The sizes of a running node. */
    public static final VaultLimits DEFAULT = new VaultLimits(16L << 20, 128L << 20, 256L << 20, 16 << 10, 4, 1024);

    /** A table of fewer blocks is of level 0. */
    private static final int LEAST = 4;

    /** The level of a table of some octets; tables are merged with those that come to their level. */
    int level(long octets) {
        int level = 0;
        for (long edge = (long) LEAST * blockBytes; octets >= edge; edge *= fan) {
            level++;
        }
        return level;
    }
}

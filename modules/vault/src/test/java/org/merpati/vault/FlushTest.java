package org.merpati.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.merpati.vault.Manifest.TableEntry;

/** Which tables a flush merges, by their sizes alone. */
class FlushTest {
    private static final long MEGA = 1 << 20;
    private static final VaultLimits LIMITS = VaultLimits.DEFAULT;

    private final List<TableEntry> tables = new ArrayList<>();

    /** Flushes some octets, none of which replaces another, and says how many are written for it. */
    private long flush(long octets) {
        long written = octets;
        for (int due = Flush.due(LIMITS, octets, tables); due > 0; due--) {
            written += tables.removeLast().file().length();
        }
        tables.add(new TableEntry(LIMITS.level(written), 0, 0, new FileEntry("a table", written, "")));
        return written;
    }

    @Test
    void aSmallFlushDoesNotWriteALargeTableAgain() {
        for (int i = 0; i < 40; i++) {
            flush(16 * MEGA);
        }
        long most = 0;
        for (int i = 0; i < 64; i++) {
            most = Math.max(most, flush(MEGA));
        }
        assertThat(most).isLessThanOrEqualTo(64 * MEGA + 64 * MEGA);
    }

    @Test
    void whatIsWrittenGrowsWithWhatWasFlushedAndTablesStayFew() {
        long seed = System.nanoTime();
        Random chance = new Random(seed);
        long flushed = 0;
        long written = 0;
        for (int i = 0; i < 20_000; i++) {
            long octets = 1 + (long) (16 * MEGA * Math.pow(chance.nextDouble(), 6));
            flushed += octets;
            written += flush(octets);
            assertThat(tables).as("seed %d, flush %d", seed, i).hasSizeLessThanOrEqualTo(40);
        }
        assertThat(written).as("seed %d: of %d flushed", seed, flushed).isLessThanOrEqualTo(10 * flushed);
        assertThat(tables.stream().mapToLong(table -> table.file().length()).sum())
                .isEqualTo(flushed);
    }
}

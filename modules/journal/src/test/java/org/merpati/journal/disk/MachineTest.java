package org.merpati.journal.disk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.merpati.journal.disk.Machine.Space;

class MachineTest {
    private static final long GIB = 1L << 30;

    @Test
    void aTwentiethOfASmallDiskIsKeptFree() {
        assertThat(new Space(GIB, 20 * GIB).scarce()).isFalse();
        assertThat(new Space(GIB - 1, 20 * GIB).scarce()).isTrue();
    }

    @Test
    void ofALargeDiskFourGibibytesAreKeptFree() {
        assertThat(new Space(4 * GIB, 4096 * GIB).scarce()).isFalse();
        assertThat(new Space(4 * GIB - 1, 4096 * GIB).scarce()).isTrue();
    }
}

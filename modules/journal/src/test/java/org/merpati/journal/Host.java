package org.merpati.journal;

import java.nio.file.Path;
import org.merpati.journal.disk.Machine;

/** A machine whose boot and disk the test decides about. */
final class Host implements Machine {
    private static final long GIB = 1L << 30;

    static final Space ROOMY = new Space(12 * GIB, 252 * GIB);
    static final Space SCARCE = new Space(GIB, 30 * GIB);

    volatile String boot = "boot-1";
    volatile Space space = ROOMY;

    @Override
    public String bootId() {
        return boot;
    }

    @Override
    public Space space(Path folder) {
        return space;
    }
}

package org.merpati.journal;

import java.nio.file.Path;
import org.merpati.journal.disk.Machine;

/** A machine whose boot and disk the test decides about. */
final class Host implements Machine {
    static final Space ROOMY = new Space(50, 100);
    static final Space SCARCE = new Space(4, 100);

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

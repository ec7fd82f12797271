package org.merpati.vault;

import java.io.IOException;
import java.nio.file.Path;

/** A file is not what was written: a checksum, a length or a form is wrong. What it holds is never served. */
public final class Corrupt extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Path file;
    private final long offset;

    Corrupt(Path file, long offset, String what) {
        super("the file " + file + " is damaged at offset " + offset + ": " + what
                + "; fetch it again from another copy of the group");
        this.file = file;
        this.offset = offset;
    }

    /** The damaged file. */
    public Path file() {
        return file;
    }

    /** Where it is damaged, in octets from its start. */
    public long offset() {
        return offset;
    }
}

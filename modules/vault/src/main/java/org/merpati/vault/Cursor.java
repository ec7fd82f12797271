package org.merpati.vault;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Rows in the order of their keys, or in the reverse of it, deleted ones included. */
interface Cursor {
    /** The next row, or null at the end. */
    @Nullable
    Row next() throws IOException;
}
